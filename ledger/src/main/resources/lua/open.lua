#!lua
--[[
  open: opens a cell that has never been open. Whether it ever was, the caller has to know: a cell that was lost looks the same.

  KEYS[1] meta      {p.c}:meta      hash
  KEYS[2] journal   {p.c}:journal   stream; made empty, so that its type is settled before the first post
  ARGV[1] epoch     integer >= 1
  ARGV[2] seq       sequence that the cell starts from, integer >= 0

  Returns, first match wins: {'open', epoch, seq} as it stands, writes nothing | {'blocked', '', ''} a journal without a cell,
  which is what a loss of part of the keys leaves; writes nothing | {'opened', epoch, seq}.
  Cost: O(1). Safe to retry.
]]
local meta, journal = KEYS[1], KEYS[2]
local epoch, seq = ARGV[1], ARGV[2]

if redis.call('EXISTS', meta) == 1 then
  local state = redis.call('HMGET', meta, 'epoch', 'seq')
  return {'open', state[1] or '', state[2] or ''}
end
if redis.call('EXISTS', journal) == 1 then
  return {'blocked', '', ''}
end
redis.call('XGROUP', 'CREATE', journal, 'open', '$', 'MKSTREAM')
redis.call('XGROUP', 'DESTROY', journal, 'open')
redis.call('HSET', meta, 'epoch', epoch, 'seq', seq, 'catalog', '0')
return {'opened', epoch, seq}
