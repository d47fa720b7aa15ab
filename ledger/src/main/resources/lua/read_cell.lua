#!lua flags=no-writes
--[[
  read_cell: whether a cell is open, and what is left of it where it is not.

  KEYS[1] meta      {p.c}:meta
  KEYS[2] journal   {p.c}:journal
  KEYS[3] seen      {p.c}:seen
  Returns {epoch|'', sequence|'', epoch of the rebuild that has closed it|'', journal, its last sequence|'', seen|'0', now ms}:
  journal is 'missing', 'fine', or 'beyond' where an entry stands beyond the cell's sequence; seen is the highest sequence that
  a gateway saw acknowledged and found missing.
  Cost: O(1). Answers also when Redis is out of memory.
]]
-- @include printed
local meta, journal, seen = KEYS[1], KEYS[2], KEYS[3]
local function kind(key)
  return redis.call('TYPE', key).ok
end
local state = kind(meta) == 'hash' and redis.call('HMGET', meta, 'epoch', 'seq', 'rebuild') or {}
local found, last = 'missing', ''
if kind(journal) == 'stream' then
  local entry = redis.call('XREVRANGE', journal, '+', '-', 'COUNT', '1')[1]
  found = 'fine'
  if entry then
    local first = string.match(entry[1], '^%d+')
    last = printed(tonumber(first) + #entry[2] / 4 - 1)
    if #redis.call('XRANGE', journal, '(' .. (state[2] or '0') .. '-0', '+', 'COUNT', '1') > 0 then
      found = 'beyond'
    end
  end
end
local time = redis.call('TIME')
local now = printed(tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000))
return { state[1] or '', state[2] or '', state[3] or '', found, last, redis.call('GET', seen) or '0', now }
