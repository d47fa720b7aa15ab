#!lua flags=no-writes
--[[
  scan_holds: a page of the open holds, and the cell's sequence at that moment. From the first page to the last every hold is
  met that is open all the while, some perhaps twice.

  KEYS[1] meta      {p.c}:meta      hash
  KEYS[2] holds     {p.c}:holds
  ARGV[1] cursor    of the page before, '0' for the first
  ARGV[2] count     about how many, at most 5,000
  Returns {} when the cell is cold, else {sequence, cursor of the next page or '0', then the holds' sequences}.
  Cost: O(count). Answers also when Redis is out of memory.
]]
local sequence = redis.call('HGET', KEYS[1], 'seq')
if not sequence then
  return {}
end
local page = redis.call('ZSCAN', KEYS[2], ARGV[1], 'COUNT', ARGV[2])
local reply = { sequence, page[1] }
for i = 1, #page[2], 2 do
  reply[#reply + 1] = page[2][i]
end
return reply
