#!lua
--[[
  put_newer: puts entries into a hash of JSON objects with a "version", each unless the hash has it in the same version or a
  later one. So publishers may race: the latest wins, whoever writes last.

  KEYS[1] list      hash name -> JSON
  ARGV[1..]         name, version, JSON

  Returns the number of entries written.
  Cost: O(entries). Safe to retry.
]]
local list = KEYS[1]
local written = 0
for i = 1, #ARGV, 3 do
  local name, version, json = ARGV[i], tonumber(ARGV[i + 1]), ARGV[i + 2]
  local old = redis.call('HGET', list, name)
  local readable, entry = pcall(cjson.decode, old or '{}')
  local old_version = readable and type(entry) == 'table' and tonumber(entry.version) or -1
  if version > old_version then
    redis.call('HSET', list, name, json)
    written = written + 1
  end
end
return written
