#!lua
--[[
  rebuild_close: closes a cell. From here on nothing is posted to it or published, whatever epoch a caller has, and only the
  rebuild of this epoch may write to it, until another one closes it again.

  KEYS[1] meta      {p.c}:meta      hash; loses epoch, gets rebuild
  ARGV[1] epoch     of the rebuild, integer >= 1
  Returns 1, or 0 where a later rebuild was here; then writes nothing.
  Cost: O(1). Safe to retry.
]]
local meta, epoch = KEYS[1], ARGV[1]
local kind = redis.call('TYPE', meta).ok
if kind == 'hash' then
  local state = redis.call('HMGET', meta, 'epoch', 'rebuild')
  if (tonumber(state[1] or '0') or 0) >= tonumber(epoch) or (tonumber(state[2] or '0') or 0) > tonumber(epoch) then
    return 0
  end
  redis.call('HDEL', meta, 'epoch')
elseif kind ~= 'none' then
  redis.call('DEL', meta)
end
redis.call('HSET', meta, 'rebuild', epoch)
return 1
