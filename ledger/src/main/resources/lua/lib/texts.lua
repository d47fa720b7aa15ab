--[[ Numbers and their texts. What comes again and again, prices, usual balances, a counter's first values, is looked up, which
  costs less than reading or printing it; forgotten when it has become much. ]]
local texts_of, numbers_of, remembered = {}, {}, 0
local function remember(value, s)
  if remembered >= 200 then
    texts_of, numbers_of, remembered = {}, {}, 0
  end
  remembered = remembered + 1
  texts_of[value], numbers_of[s] = s, value
end

-- Printed of what may come again.
local function text_of(value)
  local s = texts_of[value]
  if not s then
    s = printed(value)
    remember(value, s)
  end
  return s
end

-- Printed of what counts on: its last two digits stand in a list, and what is before them comes again.
local LAST_DIGITS = {}
for digits = 0, 99 do
  LAST_DIGITS[digits] = (digits < 10 and '0' or '') .. digits
end
local function count_text(value)
  if value < 100 then
    return text_of(value)
  end
  local last = value % 100
  return text_of((value - last) / 100) .. LAST_DIGITS[last]
end

local function stored_integer(s)
  local value = numbers_of[s]
  if not value then
    value = (s == '0' or find(s, '^%-?[1-9]%d*$')) and to_number(s)
    if not value or value > MAX or value < -MAX then
      malformed('a stored value is not an integer')
    end
    remember(value, s)
  end
  return value
end
