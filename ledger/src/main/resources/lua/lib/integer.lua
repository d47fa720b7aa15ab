--[[ integer: the number that a string in plain integer form stands for, or nil. Redis refuses every other form
  ("1e3", " 5", "0x10", "007") in a write, which would leave half a transaction, so nothing else passes here.
  Beyond 2^53-1 a Lua number is no longer exact. ]]
local function integer(s)
  if not s or not (s == '0' or string.find(s, '^%-?[1-9]%d*$')) then
    return nil
  end
  local n = tonumber(s)
  if n > 9007199254740991 or n < -9007199254740991 then
    return nil
  end
  return n
end
