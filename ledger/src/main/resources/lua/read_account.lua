#!lua flags=no-writes
--[[
  read_account: all fields of one account.

  KEYS[1] meta     {p.c}:meta
  KEYS[2] account  {p.c}:acct:<length>:<id>
  ARGV[1] epoch, ARGV[2] floor   the fence
  Returns {'cold'} | {sequence, field, value, …}: 'b:<asset>' balance, 'f' frozen, 'v' verified; no fields: no such account.
  Cost: O(fields). Answers also when Redis is out of memory.
]]
-- @include integer
-- @include printed
-- @include fence
local seq = fence(KEYS[1], ARGV[1], ARGV[2])
if not seq then
  return { 'cold' }
end
local reply = { printed(seq), unpack(redis.call('HGETALL', KEYS[2])) }
if #reply == 1 then
  reply[2] = ''
end
return reply
