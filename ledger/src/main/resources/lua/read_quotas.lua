#!lua flags=no-writes
--[[
  read_quotas: many counters of limits, and the cell's sequence at that moment.

  KEYS[1] meta       {p.c}:meta      hash
  KEYS[2..] counters {p.c}:quota:…   at most 2,000
  Returns {} when the cell is cold, else {sequence, now ms, then per counter: units used|'' (there is none)}.
  Cost: O(keys), 3 µs each. Answers also when Redis is out of memory.
]]
-- @include printed
local sequence = redis.call('HGET', KEYS[1], 'seq')
if not sequence then
  return {}
end
local time = redis.call('TIME')
local reply = { sequence, printed(tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)) }
for i = 2, #KEYS do
  reply[#reply + 1] = redis.call('GET', KEYS[i]) or ''
end
return reply
