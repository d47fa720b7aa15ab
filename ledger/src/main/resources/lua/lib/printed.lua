--[[ printed: a whole number as Redis and JSON take it. tostring and '..' would print exponents from 1e14 on.
  %d is three times as fast as %.0f, and as exact where the C type behind it has 64 bits. ]]
local format, whole_format
local function printed(n)
  if not format then
    format = string.format
    whole_format = format('%d', 9007199254740991) == '9007199254740991' and '%d' or '%.0f'
  end
  return format(whole_format, n)
end
