#!lua flags=no-writes
--[[
  read_locks: the locks that were told after an entry.

  KEYS[1] locks    counterfoil:guess:locks   stream
  ARGV[1] after    id of an entry, or -
  ARGV[2] most     entries a call
  Returns {now ms, then per entry: its id, its ms, id of who is locked, ms from the entry's time on}.
  Cost: O(entries).
]]
-- @include printed
local time = redis.call('TIME')
local reply = { printed(tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)) }
local from = ARGV[1] == '-' and '-' or '(' .. ARGV[1]
for _, entry in ipairs(redis.call('XRANGE', KEYS[1], from, '+', 'COUNT', ARGV[2])) do
  local id, fields = entry[1], entry[2]
  reply[#reply + 1] = id
  reply[#reply + 1] = string.match(id, '^%d+')
  reply[#reply + 1] = fields[2]
  reply[#reply + 1] = fields[4]
end
return reply
