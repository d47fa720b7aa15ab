--[[ What is to be paid within a transaction, and who pays which part of it: card and account legs draw on themselves for it. ]]
-- What the next payer gives of its balance: the amounts that it may pay, in order, as far as they are still open.
local function drawn(sign, balance)
  if sign ~= -1 then
    error('what is drawn is a debit', 0)
  end
  local places = payers and table.remove(payers, 1)
  if not places then
    error('a leg pays what nothing is due for', 0)
  end
  local given = 0
  for _, place in ipairs(places) do
    local part = math.min(balance - given, left[place])
    left[place] = left[place] - part
    given = given + part
  end
  return given, printed(given)
end

function legs.due()
  if asked then
    error('a transaction has one list of dues', 0)
  end
  asked, left, payers = {}, {}, {}
  for place = 1, next_integer(1, 64) do
    asked[place] = next_integer(1, MAX)
    left[place] = asked[place]
  end
  for payer = 1, next_integer(1, 64) do
    payers[payer] = {}
    for i = 1, next_integer(1, 64) do
      payers[payer][i] = next_integer(1, #asked)
    end
  end
  results[#results + 1] = '[]'
end

function legs.paid()
  local may_remain = next_integer(0, 1) == 1
  if not asked or #payers > 0 then
    error('not all have paid who were to', 0)
  end
  local remain, given = {}, 0
  for place = 1, #asked do
    if left[place] > 0 and not may_remain then
      return INSUFFICIENT_BALANCE, '', printed(asked[place]), printed(asked[place] - left[place])
    end
    given = given + asked[place] - left[place]
    remain[place] = printed(left[place])
  end
  if given == 0 then
    return INSUFFICIENT_BALANCE, '', printed(asked[1]), '0'
  end
  asked = nil
  results[#results + 1] = '[' .. table.concat(remain, ',') .. ']'
end
