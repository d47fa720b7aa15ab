#!lua
--[[
  rebuild_open: opens a cell that was rebuilt. Its journal begins behind its sequence.

  KEYS[1] meta      {p.c}:meta      hash
  KEYS[2] journal   {p.c}:journal   must not be there
  KEYS[3] seen      {p.c}:seen      goes: what it told is accounted for
  ARGV[1] epoch     of the rebuild
  ARGV[2] seq       sequence of the last transaction that the cell was rebuilt with, integer >= 0
  ARGV[3] catalog   version of the catalog that it was rebuilt with
  Returns 1, or 0 where another rebuild was here; then writes nothing.
  Cost: O(1). Not to be retried: a second call finds the cell open and returns 0.
]]
local meta, journal, seen = KEYS[1], KEYS[2], KEYS[3]
local epoch, seq, catalog = ARGV[1], ARGV[2], ARGV[3]
if redis.call('HGET', meta, 'rebuild') ~= epoch then
  return 0
end
if redis.call('EXISTS', journal) == 1 then
  return redis.error_reply('ERR ' .. journal .. ' is there (expected: nothing, the rebuild took it away)')
end
redis.call('XGROUP', 'CREATE', journal, 'open', '$', 'MKSTREAM')
redis.call('XGROUP', 'DESTROY', journal, 'open')
if seq ~= '0' then
  redis.call('XSETID', journal, seq .. '-0')
end
redis.call('DEL', meta, seen)
redis.call('HSET', meta, 'epoch', epoch, 'seq', seq, 'catalog', catalog)
return 1
