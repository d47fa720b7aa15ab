#!lua flags=no-writes
--[[
  read_followed: what followed a transaction.

  KEYS[1] meta      {p.c}:meta
  KEYS[2] count     {p.c}:followed:<sequence>
  KEYS[3] holds     {p.c}:holds
  ARGV[1] epoch, ARGV[2] floor   the fence
  ARGV[3] sequence  of the transaction
  Returns {'cold'} | {sequence of the cell, now ms, deadline of its open hold ms|'', field, value, …} of the count: 's' state,
  'r:<part>' given back; no fields: not counted here.
  Cost: O(parts). Answers also when Redis is out of memory.
]]
-- @include integer
-- @include printed
-- @include fence
local seq = fence(KEYS[1], ARGV[1], ARGV[2])
if not seq then
  return { 'cold' }
end
local time = redis.call('TIME')
local now = printed(tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000))
local deadline = redis.call('ZSCORE', KEYS[3], ARGV[3]) or ''
return { printed(seq), now, deadline, unpack(redis.call('EXISTS', KEYS[2]) == 1 and redis.call('HGETALL', KEYS[2]) or {}) }
