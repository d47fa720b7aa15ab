#!lua
--[[
  publish: brings a cell's catalog from one version to a later one, all of it or nothing.

  KEYS[1] meta      {p.c}:meta      hash epoch, seq, catalog
  KEYS[2] catalog   {p.c}:catalog   hash field -> JSON
  ARGV[1] epoch     as the books have it
  ARGV[2] from      version that the entries below were compared with, integer >= 0
  ARGV[3] to        version after it, integer > from
  ARGV[4..]         field, JSON; every entry that changed after "from"

  Returns, first match wins: {'cold', ''} no such cell or another epoch | {'changed', version} another publisher was here; writes
  nothing | {'published', to}.
  Cost: O(entries). Safe to retry.
]]
local meta, catalog = KEYS[1], KEYS[2]
local epoch, from, to = ARGV[1], ARGV[2], ARGV[3]

local state = redis.call('HMGET', meta, 'epoch', 'catalog')
if state[1] ~= epoch then
  return {'cold', ''}
end
if (state[2] or '0') ~= from then
  return {'changed', state[2] or '0'}
end
local kind = redis.call('TYPE', catalog).ok
if kind ~= 'hash' and kind ~= 'none' then
  return redis.error_reply('ERR ' .. catalog .. ' is a ' .. kind .. ' (expected: hash)')
end
for i = 4, #ARGV, 2 do
  redis.call('HSET', catalog, ARGV[i], ARGV[i + 1])
end
redis.call('HSET', meta, 'catalog', to)
return {'published', to}
