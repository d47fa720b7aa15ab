#!lua flags=no-writes
--[[
  read_due_holds: the holds whose deadline has come.

  KEYS[1] meta      {p.c}:meta
  KEYS[2] holds     {p.c}:holds
  ARGV[1] epoch, ARGV[2] floor   the fence
  ARGV[3] most      sequences to return
  Returns {'cold'} | {now ms, '1' where any hold is open else '0', sequence, …}, the longest overdue first.
  Cost: O(log holds + most). Answers also when Redis is out of memory.
]]
-- @include integer
-- @include printed
-- @include fence
if not fence(KEYS[1], ARGV[1], ARGV[2]) then
  return { 'cold' }
end
local time = redis.call('TIME')
local now = printed(tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000))
local open = tostring(redis.call('EXISTS', KEYS[2]))
return { now, open, unpack(redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', now, 'LIMIT', '0', ARGV[3])) }
