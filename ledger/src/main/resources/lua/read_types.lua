#!lua flags=no-writes
--[[
  read_types: of several cards the types, which never change: of each the first existing of its candidate keys.

  KEYS[1] meta     {p.c}:meta
  KEYS[2..] cards  {p.c}:card:<id>, candidates of one card after the other
  ARGV[1] epoch, ARGV[2] floor   the fence
  ARGV[3..]                      how many candidates each has, 0 for what is no card
  Returns {'cold'} | {'', then of each: its type|'' (no such card)}
  Cost: O(candidates). Answers also when Redis is out of memory.
]]
-- @include integer
-- @include fence
if not fence(KEYS[1], ARGV[1], ARGV[2]) then
  return { 'cold' }
end
local reply, key = { '' }, 1
for card = 1, #ARGV - 2 do
  local found
  -- All candidates are read, so that the time tells nothing of whether there is a card.
  for _ = 1, tonumber(ARGV[2 + card]) do
    key = key + 1
    local type = redis.call('HGET', KEYS[key], 't')
    found = found or type
  end
  reply[1 + card] = found or ''
end
return reply
