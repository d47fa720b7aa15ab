#!lua
--[[
  rebuild_write: runs commands on a cell that is closed for a rebuild, unless another rebuild has closed it since.

  KEYS[1] meta      {p.c}:meta      hash
  KEYS[2..]         the keys of the commands, one each
  ARGV[1] epoch     of the rebuild
  ARGV[2..]         per command: n, name, n arguments after its key; n < 2,000
  Returns 1, or 0 where another rebuild was here; then writes nothing.
  Cost: that of the commands, 3 µs each at least. Not rolled back: a rebuild that fails begins anew.
]]
local meta = KEYS[1]
if redis.call('HGET', meta, 'rebuild') ~= ARGV[1] then
  return 0
end
local at = 2
for i = 2, #KEYS do
  local n = tonumber(ARGV[at])
  redis.call(ARGV[at + 1], KEYS[i], unpack(ARGV, at + 2, at + 1 + n))
  at = at + 2 + n
end
return 1
