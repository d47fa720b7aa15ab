--[[ printed: a whole number as Redis and JSON take it. tostring and '..' would print exponents from 1e14 on. ]]
local function printed(n)
  return string.format('%.0f', n)
end
