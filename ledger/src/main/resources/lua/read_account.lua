#!lua flags=no-writes
--[[
  read_account: all fields of one account.

  KEYS[1] meta     {p.c}:meta
  KEYS[2] account  {p.c}:acct:<length>:<id>
  ARGV[1] epoch, ARGV[2] floor   the fence
  Returns {'cold'} | {now ms, field, value, …}: 'b:<asset>' balance, 'h:<asset>' set aside, 'l:<asset>' lots, 'f' frozen,
  'v' verified; no fields: no such account.
  Cost: O(fields). Answers also when Redis is out of memory.
]]
-- @include integer
-- @include printed
-- @include fence
if not fence(KEYS[1], ARGV[1], ARGV[2]) then
  return { 'cold' }
end
local time = redis.call('TIME')
local now = printed(tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000))
local reply = { now, unpack(redis.call('HGETALL', KEYS[2])) }
if #reply == 1 then
  reply[2] = ''
end
return reply
