--[[ fence: the cell's sequence, or nil when the cell is cold: never opened, emptied, of another type or epoch, or with a
  history shorter than what this caller has already seen acknowledged (a promoted replica that lost entries). ]]
local function fence(meta, epoch, floor)
  local state = redis.pcall('HMGET', meta, 'epoch', 'seq', 'catalog')
  local seq = integer(state[2])
  if state[1] ~= epoch or not seq or seq < tonumber(floor) then
    return nil
  end
  return seq, state[3]
end
