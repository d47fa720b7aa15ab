#!lua flags=no-writes
--[[
  read_holds: some of the open holds, and the cell's sequence at that moment.

  KEYS[1] meta      {p.c}:meta      hash
  KEYS[2] holds     {p.c}:holds
  ARGV[1..]         sequences that are asked for, at most 500; none: the first 100,000 that are open
  Returns {} when the cell is cold, else {sequence, then per hold that is open: its sequence, deadline ms}.
  Cost: O(holds). Answers also when Redis is out of memory.
]]
local sequence = redis.call('HGET', KEYS[1], 'seq')
if not sequence then
  return {}
end
local reply = { sequence }
if #ARGV == 0 then
  for _, value in ipairs(redis.call('ZRANGE', KEYS[2], '0', '99999', 'WITHSCORES')) do
    reply[#reply + 1] = value
  end
end
for _, hold in ipairs(ARGV) do
  local deadline = redis.call('ZSCORE', KEYS[2], hold)
  if deadline then
    reply[#reply + 1] = hold
    reply[#reply + 1] = deadline
  end
end
return reply
