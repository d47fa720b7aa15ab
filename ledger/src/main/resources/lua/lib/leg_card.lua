--[[
  A card moves, or comes into being. Within a card: unknown, void, frozen, inactive, expired, owner, type, price, balance,
  bound. Of an untold one all of these are unknown, which is not pinned either: a record would be a write, and its fsync
  could be timed.
]]
local function card_moves(leg, untold)
  local candidates, many = list(leg[2], 1, 16, 1)
  local id, key, card
  for i = 1, many do
    local candidate = next_key()
    if not key or untold then
      local read = call('HMGET', candidate, 'b', 's', 't', 'x', 'c', 'n', 'o')
      if read[1] and not key then
        id, key, card = candidates[i], candidate, read
      end
    end
  end
  local states, expires, sign, by = leg[3], truth(leg[4]), leg[5], leg[6]
  if sign ~= -1 then
    number(sign, 0, 1)
  end
  local prices, size = list(leg[7], 1, 1000, 2)
  local called, expected, set, lasts, keeps, owner = '', -1, '', -1, '', ''
  if leg[8] then
    called, expected, set, lasts, keeps, owner = leg[8], leg[9], leg[10], number(leg[11], -1, MAX), leg[12], leg[13]
    if set ~= '' then
      one_of('aifv', set)
    end
  end
  local refusal, amount
  for i = 1, size, 2 do
    if card and card[3] == prices[i] then
      amount = number(prices[i + 1], DRAWN, MAX)
    end
  end
  if not card or (called ~= '' and called ~= card[6]) then
    return CARD_UNKNOWN
  end
  local balance, state = stored_integer(card[1]), one_of('aifv', card[2] or 'a')
  if not find(states, state, 1, true) then
    refusal = BY_STATE[state]
  elseif expires and card[4] and stored_integer(card[4]) <= now then
    refusal = CARD_EXPIRED
  elseif by ~= '*' and card[7] and '=' .. card[7] ~= by then
    refusal = CARD_NOT_OWNED
  elseif not amount then
    refusal = CARD_NOT_ACCEPTED
  elseif amount == -1 then
    refusal = PRICE_CHANGED
  elseif lacks(sign, balance, amount) then
    return INSUFFICIENT_BALANCE, '', printed(amount), card[1]
  elseif expected ~= -1 and expected ~= balance then
    refusal = BALANCE_UNEXPECTED
  end
  if refusal then
    return refusal
  end
  if amount == DRAWN then
    amount = drawn(sign, balance)
  end
  local after = balance + sign * amount
  if past_the_bound(after) then
    return BALANCE_LIMIT, '', printed(amount), card[1]
  end
  after = printed(after)
  if sign ~= 0 then
    write('HSET', key, 'b', after)
  end
  local aside = keeps ~= '' and keep(key, 'h', keeps, amount)
  if aside then
    return BALANCE_LIMIT, '', printed(amount), aside
  end
  if owner ~= '' then
    write('HSET', key, 'o', '' .. owner)
  end
  if set == 'a' then
    write('HDEL', key, 's')
  elseif set ~= '' then
    write('HSET', key, 's', set)
  end
  local more = ''
  if lasts == 0 then
    write('HDEL', key, 'x')
    more = ',0'
  elseif lasts > 0 then
    more = ',' .. printed(lasts)
    write('HSET', key, 'x', printed(lasts))
  end
  word(id .. card[5] .. card[6] .. card[3])
  tell('["' .. id .. '","' .. card[5] .. '","' .. card[6] .. '","' .. card[3] .. '",' .. printed(amount) .. ',' .. after .. ',"' .. (set ~= '' and set or state) .. '"' .. more .. ']')
end

function legs.card(leg)
  local untold = leg[14] and truth(leg[14])
  local refusal, name, most, used = card_moves(leg, untold)
  if refusal and untold then
    return CARD_UNKNOWN
  end
  return refusal, name, most, used
end

function legs.new_card(leg)
  local key = next_key()
  local api, called, kind = word(leg[2]), word(leg[3]), word(leg[4])
  local amount, state, expires = number(leg[5], 1, MAX), one_of('aifv', leg[6]), number(leg[7], 0, MAX)
  if call('EXISTS', key) == 1 then
    return CARD_EXISTS
  end
  local command = { 'HSET', key, 'b', printed(amount), 't', kind, 'c', api, 'n', called }
  if state ~= 'a' then
    command[#command + 1] = 's'
    command[#command + 1] = state
  end
  if expires > 0 then
    command[#command + 1] = 'x'
    command[#command + 1] = printed(expires)
  end
  commands[#commands + 1] = command
  tell('[]')
end
