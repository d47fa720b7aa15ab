#!lua
--[[
  rebuild_keep: puts aside a journal that does not go on from the books, for a person to look at.

  KEYS[1] meta      {p.c}:meta          hash
  KEYS[2] journal   {p.c}:journal
  KEYS[3] kept      {p.c}:lost:<epoch>  gets the journal
  ARGV[1] epoch     of the rebuild
  Returns 1, or 0 where another rebuild was here; then writes nothing.
  Cost: O(1). Safe to retry.
]]
local meta, journal, kept = KEYS[1], KEYS[2], KEYS[3]
if redis.call('HGET', meta, 'rebuild') ~= ARGV[1] then
  return 0
end
if redis.call('EXISTS', journal) == 1 then
  redis.call('RENAME', journal, kept)
end
return 1
