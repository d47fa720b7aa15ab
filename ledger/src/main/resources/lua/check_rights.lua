#!lua flags=no-writes
--[[
  check_rights: which of the commands that the scripts call the caller's user may not, so that none is refused in the middle of a
  transaction, whose first half would stay: nothing is rolled back in Redis. A script has the rights of whoever calls it.

  No keys: what is asked is about keys of these names, whether they are there or not.
  Returns a list of "<command> on <key>", empty when all is well.
  Cost: O(1). Writes nothing.
]]
local CELL, SHARED = '{counterfoil.0}:rights', 'counterfoil:rights'
-- Each as a script may call it, without its key.
local COMMANDS = {
  { 'DEL' }, { 'EXISTS' }, { 'GET' }, { 'HDEL', 'f' }, { 'HEXISTS', 'f' }, { 'HGET', 'f' }, { 'HGETALL' }, { 'HLEN' },
  { 'HMGET', 'f' }, { 'HSET', 'f', 'v' }, { 'INCR' }, { 'LLEN' }, { 'LPOP', '1' }, { 'LRANGE', '0', '0' }, { 'MGET' },
  { 'PEXPIRE', '1' }, { 'PEXPIREAT', '1' }, { 'PTTL' }, { 'RPUSH', 'v' }, { 'SET', 'v', 'PXAT', '1' }, { 'TYPE' },
  { 'XADD', '*', 'f', 'v' }, { 'XLEN' }, { 'XRANGE', '-', '+' }, { 'XREVRANGE', '+', '-' }, { 'XSETID', '1-0' },
  { 'XTRIM', 'MINID', '1' }, { 'ZADD', '1', 'm' }, { 'ZCARD' }, { 'ZMSCORE', 'm' }, { 'ZRANGEBYSCORE', '0', '1' },
  { 'ZREM', 'm' }, { 'ZSCAN', '0' }, { 'ZSCORE', 'm' },
}
local refused = {}
local function check(on, ...)
  if not redis.acl_check_cmd(...) then
    refused[#refused + 1] = (...) .. on
  end
end
for _, key in ipairs({ CELL, SHARED }) do
  for _, command in ipairs(COMMANDS) do
    check(' on ' .. key, command[1], key, unpack(command, 2))
  end
  check(' on ' .. key, 'RENAME', key, key)
  check(' on ' .. key, 'XGROUP', 'CREATE', key, 'g', '0')
  check(' on ' .. key, 'XGROUP', 'DESTROY', key, 'g')
end
check('', 'TIME')
return refused
