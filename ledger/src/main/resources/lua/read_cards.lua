#!lua flags=no-writes
--[[
  read_cards: what can change of many cards, and the cell's sequence at that moment.

  KEYS[1] meta      {p.c}:meta
  KEYS[2..] cards   {p.c}:card:<id>, at most 500
  Returns {} when the cell is cold, else {sequence, then per card: balance|'' (no such card), state (of aifv), set aside,
  expires ms|'0', owner|''}.
  Cost: O(cards), 3 µs each. Answers also when Redis is out of memory.
]]
local meta = KEYS[1]
local sequence = redis.call('HGET', meta, 'seq')
if not sequence then
  return {}
end
local reply = { sequence }
for i = 2, #KEYS do
  local card = redis.call('HMGET', KEYS[i], 'b', 's', 'h', 'x', 'o')
  reply[#reply + 1] = card[1] or ''
  reply[#reply + 1] = card[2] or 'a'
  reply[#reply + 1] = card[3] or '0'
  reply[#reply + 1] = card[4] or '0'
  reply[#reply + 1] = card[5] or ''
end
return reply
