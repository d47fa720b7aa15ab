#!lua
--[[
  raise: sets a version unless it is as high already.

  KEYS[1] version   integer string
  ARGV[1] to        integer >= 0

  Returns 1 when it was raised, else 0. Cost: O(1). Safe to retry.
]]
local version, to = KEYS[1], ARGV[1]
if tonumber(redis.call('GET', version) or '-1') >= tonumber(to) then
  return 0
end
redis.call('SET', version, to)
return 1
