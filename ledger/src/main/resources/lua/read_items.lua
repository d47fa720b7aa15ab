#!lua flags=no-writes
--[[
  read_items: units and pool sizes of many items, and the cell's sequence at that moment.

  KEYS[1] meta      {p.c}:meta
  KEYS[2..]         per item: {p.c}:item:<sku>, {p.c}:codes:<sku>; at most 250 items
  Returns {} when the cell is cold, else {sequence, then per item: units, codes}.
  Cost: O(items). Answers also when Redis is out of memory.
]]
local meta = KEYS[1]
local sequence = redis.call('HGET', meta, 'seq')
if not sequence then
  return {}
end
local reply = { sequence }
for i = 2, #KEYS, 2 do
  reply[#reply + 1] = redis.call('HGET', KEYS[i], 'u') or '0'
  reply[#reply + 1] = tostring(redis.call('LLEN', KEYS[i + 1]))
end
return reply
