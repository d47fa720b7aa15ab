#!lua flags=no-writes
--[[
  read_card: the first existing of a card's candidate keys.

  KEYS[1] meta     {p.c}:meta
  KEYS[2..] cards  {p.c}:card:<id>, candidates
  ARGV[1] epoch, ARGV[2] floor   the fence
  Returns {'cold'} | {now ms, 'none'} | {now ms, index of the key from 1, balance, state|'', type, expires ms|'', api id, number,
  set aside, owner|''}
  Cost: O(candidates). Answers also when Redis is out of memory.
]]
-- @include integer
-- @include printed
-- @include fence
if not fence(KEYS[1], ARGV[1], ARGV[2]) then
  return { 'cold' }
end
local time = redis.call('TIME')
local now = printed(tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000))
-- All candidates are read, so that the time tells nothing of whether there is a card.
local found
for i = 2, #KEYS do
  local card = redis.call('HMGET', KEYS[i], 'b', 's', 't', 'x', 'c', 'n', 'h', 'o')
  if card[1] and not found then
    found = {
      now, printed(i - 1), card[1], card[2] or '', card[3], card[4] or '', card[5], card[6], card[7] or '0', card[8] or '',
    }
  end
end
return found or { now, 'none' }
