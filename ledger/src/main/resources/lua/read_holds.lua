#!lua flags=no-writes
--[[
  read_holds: which of some holds are open, and the cell's sequence at that moment.

  KEYS[1] meta      {p.c}:meta      hash
  KEYS[2] holds     {p.c}:holds
  ARGV[1..]         their sequences, at least 1, at most 5,000
  Returns {} when the cell is cold, else {sequence, then for each its deadline in ms, '' where it is not open}.
  Cost: O(holds asked for). Answers also when Redis is out of memory.
]]
local sequence = redis.call('HGET', KEYS[1], 'seq')
if not sequence then
  return {}
end
local reply = { sequence }
for i, deadline in ipairs(redis.call('ZMSCORE', KEYS[2], unpack(ARGV))) do
  reply[1 + i] = deadline or ''
end
return reply
