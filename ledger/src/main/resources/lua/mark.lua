#!lua
--[[
  mark: writes to a cell without changing anything, so that a WAIT behind it tells whether a replica has all that the caller read
  of the cell before. A read alone would not do: WAIT goes by the connection's last write.

  KEYS[1] meta      {p.c}:meta      hash; gets the field mark
  KEYS[2] journal   {p.c}:journal   not touched: a slot that moves has both keys on one side or is asked again
  Returns 1, or 0 when there is no such cell; then writes nothing.
  Cost: O(1). Safe to retry.
]]
local meta = KEYS[1]
if redis.call('EXISTS', meta) == 0 then
  return 0
end
redis.call('HSET', meta, 'mark', '1')
return 1
