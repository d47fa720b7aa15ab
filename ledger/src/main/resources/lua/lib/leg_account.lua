--[[ A holder's balance of one asset. Within an account: frozen, unverified, attributes, balance,
  bound.
  A balance may be kept in lots, "<expires ms|0>:<tag>:<amount>;…", the soonest to expire first and those that never do
  last, 32 at most: a debit takes from the first on, or from those of the tags it names, in that order. What has lapsed is
  taken off, and told, in the step that moves the balance; nothing else would touch it. ]]
local most_lots = 32

local function flag(s)
  if s ~= '' and s ~= '0' and s ~= '1' then
    malformed('a flag is not 0, 1 or empty')
  end
  return s
end

local function set_flag(key, field, value)
  if value ~= '' then
    claim(#key .. ':' .. key .. field)
  end
  if value == '1' then
    write('HSET', key, field, '1')
  elseif value == '0' then
    write('HDEL', key, field)
  end
end

local function set_attribute(key, field, value)
  claim(#key .. ':' .. key .. field)
  if value == '' then
    write('HDEL', key, field)
  else
    write('HSET', key, field, value)
  end
end

-- A list of lots, each {expires, tag, amount}; and what they come to.
local function read_lots(text)
  local lots, sum, spelt = {}, 0, 0
  for expires, tag, amount in string.gmatch(text, '(%d+):([%w_%-]+):(%d+);') do
    local lot = { integer(expires), tag, integer(amount) }
    if not lot[1] or not lot[3] or lot[3] == 0 or sum + lot[3] > MAX then
      malformed('a lot is malformed')
    end
    lots[#lots + 1] = lot
    sum = sum + lot[3]
    spelt = spelt + #expires + #tag + #amount + 3
  end
  if spelt ~= #text then
    malformed('a lot is malformed')
  end
  return lots, sum
end

local function lots_text(lots)
  local text = {}
  for i, lot in ipairs(lots) do
    text[i] = printed(lot[1]) .. ':' .. lot[2] .. ':' .. printed(lot[3]) .. ';'
  end
  return concat(text)
end

-- Takes off what has lapsed by now; returns how much that was.
local function lapse(lots)
  local lapsed = 0
  while lots[1] and lots[1][1] > 0 and lots[1][1] <= now do
    lapsed = lapsed + table.remove(lots, 1)[3]
  end
  return lapsed
end

-- Beside what is there: to the lot of that expiry and tag, or behind those that expire no later.
local function add_lot(lots, expires, tag, amount)
  local place = 1
  for i, lot in ipairs(lots) do
    if lot[1] == expires and lot[2] == tag then
      lot[3] = lot[3] + amount
      return
    elseif lot[1] > 0 and (expires == 0 or lot[1] <= expires) or lot[1] == expires then
      place = i + 1
    end
  end
  table.insert(lots, place, { expires, tag, amount })
end

-- Takes amount from lots of that tag (any for nil); returns what is still to be taken.
local function take_lots(lots, tag, amount, taken)
  for _, lot in ipairs(lots) do
    local part = (not tag or lot[2] == tag) and math.min(lot[3], amount) or 0
    if part > 0 then
      amount, lot[3] = amount - part, lot[3] - part
      taken[#taken + 1] = { lot[1], lot[2], part }
    end
  end
  for i = #lots, 1, -1 do
    if lots[i][3] == 0 then
      table.remove(lots, i)
    end
  end
  return amount
end

local function spendable(lots, tags)
  local sum = 0
  for _, lot in ipairs(lots) do
    if tags == '' or find(',' .. tags .. ',', ',' .. lot[2] .. ',', 1, true) then
      sum = sum + lot[3]
    end
  end
  return sum
end

-- Moves amount in or out of the lots; returns those that moved.
local function move_lots(lots, sign, amount, named)
  if sign > 0 then
    local moving, sum = read_lots(named ~= '' and named or '0:-:' .. printed(amount) .. ';')
    if sum ~= amount then
      malformed('the lots are not what is credited')
    end
    for _, lot in ipairs(moving) do
      add_lot(lots, lot[1], lot[2], lot[3])
    end
    return moving
  end
  local taken = {}
  if named == '' then
    take_lots(lots, nil, amount, taken)
  else
    for tag in string.gmatch(named, '[^,]+') do
      amount = take_lots(lots, tag, amount, taken)
    end
  end
  return taken
end

-- Attributes expected of an account, all looked at; and then those to be set. Each list is preceded by how many it has.
local function attributes_move(said, key)
  local unexpected = false
  for _ = 1, number(said[at], 0, 16) do
    unexpected = (call('HGET', key, 'a:' .. word(said[at + 1])) or '') ~= said[at + 2] or unexpected
    at = at + 2
  end
  at = at + 1
  for _ = 1, number(said[at], 0, 16) do
    set_attribute(key, 'a:' .. word(said[at + 1]), word(said[at + 2]))
    at = at + 2
  end
  at = at + 1
  return unexpected
end

function legs.account(said, i)
  local asset = word(said[i + 1])
  local field = 'b:' .. asset
  local key = next_field(field)
  local sign, amount = number(said[i + 2], -1, 1), number(said[i + 3], DRAWN, MAX)
  local refuse_frozen, refuse_unverified = truth(said[i + 4]), truth(said[i + 5])
  local freeze, verify = flag(said[i + 6]), flag(said[i + 7])
  local keeps, named = said[i + 8], said[i + 9]
  at = i + 10
  local unexpected = attributes_move(said, key)
  local account = call('HMGET', key, field, 'f', 'v', 'l:' .. asset)
  local balance = stored_integer(account[1] or '0')
  -- Only what moves touches lots; a plain balance becomes the one lot that never expires once lots come beside it.
  local lots, had, lapsed
  if sign ~= 0 and (account[4] or named ~= '') then
    lots, had = read_lots(account[4] or balance > 0 and '0:-:' .. printed(balance) .. ';' or '')
    if had ~= balance then
      malformed('the lots are not the balance')
    end
    lapsed = lapse(lots)
    balance = balance - lapsed
  end
  local has = lots and sign < 0 and spendable(lots, named) or balance
  if refuse_frozen and account[2] then
    return ACCOUNT_FROZEN
  elseif refuse_unverified and not account[3] then
    return ACCOUNT_UNVERIFIED
  elseif unexpected then
    return ACCOUNT_UNEXPECTED
  elseif amount == -1 then
    malformed('an account is asked for less than nothing')
  elseif sign < 0 and has < amount then
    return INSUFFICIENT_BALANCE, '', printed(amount), printed(has)
  end
  if amount == DRAWN then
    amount = drawn(sign, has)
  end
  local after = balance + sign * amount
  if after > MAX then
    return BALANCE_LIMIT, '', printed(amount), printed(balance)
  end
  local more = ''
  if lots then
    local moving = amount > 0 and move_lots(lots, sign, amount, named) or {}
    if #lots > most_lots then
      malformed('a balance has more than ' .. most_lots .. ' lots')
    end
    local text = lots_text(lots)
    if text == '' then
      write('HDEL', key, 'l:' .. asset)
    else
      write('HSET', key, 'l:' .. asset, text)
    end
    more = ',"' .. lots_text(moving) .. '",' .. printed(lapsed) .. ',"' .. text .. '"'
  end
  if sign ~= 0 and (amount > 0 or lots) then
    write('HSET', key, field, printed(after))
  end
  local aside = keeps ~= '' and keep(key, 'h:' .. asset, keeps, amount)
  if aside then
    return BALANCE_LIMIT, '', printed(amount), aside
  end
  set_flag(key, 'f', freeze)
  set_flag(key, 'v', verify)
  return nil, printed(amount) .. ',' .. printed(after) .. more
end
