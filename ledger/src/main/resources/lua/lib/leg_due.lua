--[[ What is to be paid within a transaction, and who pays which part of it: card and account legs draw on themselves for it. ]]
-- What the next payer gives of its balance: the amounts that it may pay, in order, as far as they are still open.
local function drawn(sign, balance)
  if sign ~= -1 then
    malformed('what is drawn is a debit')
  end
  local places = payers and table.remove(payers, 1)
  if not places then
    malformed('it pays what nothing is due for')
  end
  local given = 0
  for _, place in ipairs(places) do
    local part = math.min(balance - given, left[place])
    left[place] = left[place] - part
    given = given + part
  end
  return given
end

function legs.due(said, i)
  if asked then
    malformed('a transaction has one list of dues')
  end
  asked, left, payers = {}, {}, {}
  for place = 1, number(said[i + 1], 1, 64) do
    asked[place] = number(said[i + 1 + place], 1, MAX)
    left[place] = asked[place]
  end
  at = i + 2 + #asked
  for payer = 1, number(said[at], 1, 64) do
    local places = {}
    at = at + 1
    for place = 1, number(said[at], 1, 64) do
      places[place] = number(said[at + place], 1, #asked)
    end
    payers[payer] = places
    at = at + #places
  end
  at = at + 1
  return nil, ''
end

function legs.paid(said, i)
  local may_remain, may_be_nothing = truth(said[i + 1]), truth(said[i + 2])
  at = i + 3
  if not asked or #payers > 0 then
    malformed('not all have paid who were to')
  end
  local remain, given = {}, 0
  for place = 1, #asked do
    if left[place] > 0 and not may_remain then
      return INSUFFICIENT_BALANCE, '', printed(asked[place]), printed(asked[place] - left[place])
    end
    given = given + asked[place] - left[place]
    remain[place] = printed(left[place])
  end
  if given == 0 and not may_be_nothing then
    return INSUFFICIENT_BALANCE, '', printed(asked[1]), '0'
  end
  asked = nil
  return nil, concat(remain, ',')
end
