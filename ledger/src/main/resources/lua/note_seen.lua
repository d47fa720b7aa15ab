#!lua
--[[
  note_seen: a gateway that finds a cell cold notes the highest sequence that it saw acknowledged or settled, so that a rebuild
  can tell what is lost. Does nothing where the cell is open, or was rebuilt since that gateway saw it.

  KEYS[1] meta      {p.c}:meta
  KEYS[2] seen      {p.c}:seen      string, integer
  ARGV[1] epoch     in which the gateway saw it
  ARGV[2] sequence  integer >= 1
  Returns 1 when it was noted, else 0. Cost: O(1). Safe to retry.
]]
local meta, seen = KEYS[1], KEYS[2]
local state = redis.call('HMGET', meta, 'epoch', 'seq')
local epoch, sequence = tonumber(state[1] or '0'), tonumber(state[2] or '0')
if epoch > tonumber(ARGV[1]) or epoch == tonumber(ARGV[1]) and sequence >= tonumber(ARGV[2]) then
  return 0
end
if tonumber(redis.call('GET', seen) or '0') >= tonumber(ARGV[2]) then
  return 0
end
redis.call('SET', seen, ARGV[2])
return 1
