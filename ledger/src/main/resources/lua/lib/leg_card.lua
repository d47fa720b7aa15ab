--[[
  A card moves, or comes into being. Within a card: unknown, void, frozen, inactive, expired, owner, type, price, balance,
  bound. Of an untold one all of these are unknown, which is not pinned either: a record would be a write, and its fsync
  could be timed.
]]
local function card_moves(said, i, untold)
  local many = said[i + 2]
  many = many == 1 and many or number(many, 1, 16)
  local id, key, card
  for candidate = own_at + 1, own_at + many do
    local place = next_key()
    if not key or untold then
      local read = call('HMGET', place, 'b', 's', 't', 'x', 'c', 'n', 'o')
      if read[1] and not key then
        id, key, card = packed[candidate], place, read
      end
    end
  end
  own_at = own_at + many
  local by = next_own()
  if by ~= '*' and sub(by, 1, 1) ~= '=' then
    malformed('who spends is neither anyone nor an account')
  end
  local states, expires, sign = said[i + 3], said[i + 4] == true or truth(said[i + 4]), said[i + 5]
  sign = sign == -1 and sign or number(sign, 0, 1)
  many = said[i + 6]
  if many < 1 or many > 1000 or many % 1 ~= 0 then
    malformed('a number of prices is none')
  end
  at = i + 7 + 2 * many
  local refusal, amount
  for price = i + 7, at - 1, 2 do
    if card and card[3] == said[price] then
      amount = number(said[price + 1], DRAWN, MAX)
    end
  end
  local called, expected, set, lasts, keeps, owner = '', -1, '', -1, '', ''
  if said[at] ~= false and truth(said[at]) then
    called, expected, set, lasts = said[at + 1], said[at + 2], said[at + 3], number(said[at + 4], -1, MAX)
    keeps, owner = said[at + 5], said[at + 6]
    at = at + 6
    if set ~= '' then
      one_of('aifv', set)
    end
  end
  at = at + 1
  if not card or (called ~= '' and called ~= card[6]) then
    return CARD_UNKNOWN
  end
  local balance, state = stored_integer(card[1]), card[2] or 'a'
  local by_state = BY_STATE[state] or malformed('a stored state is none')
  if states ~= state and not find(states, state, 1, true) then
    refusal = by_state
  elseif expires and card[4] and stored_integer(card[4]) <= now then
    refusal = CARD_EXPIRED
  elseif by ~= '*' and card[7] and '=' .. card[7] ~= by then
    refusal = CARD_NOT_OWNED
  elseif not amount then
    refusal = CARD_NOT_ACCEPTED
  elseif amount == -1 then
    refusal = PRICE_CHANGED
  elseif sign < 0 and balance < amount then
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
  if after > MAX then
    return BALANCE_LIMIT, '', printed(amount), card[1]
  end
  after = text_of(after)
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
  local text = '"' .. id .. '","' .. card[5] .. '","' .. card[6] .. '","' .. card[3] .. '",' .. text_of(amount) .. ',' .. after
    .. ',"' .. (set ~= '' and set or state) .. '"' .. more
  -- Encoded as JSON it is longer by two quotes, and by a backslash for each of its own ten: unless a word holds what JSON would
  -- have to escape, or a quote, which would shift the words behind it.
  if #encode(text) ~= #text + 12 then
    malformed('a word holds a character that JSON would have to escape')
  end
  return nil, text
end

function legs.card(said, i)
  if said[i + 1] == false then
    return card_moves(said, i, false)
  end
  local untold = truth(said[i + 1])
  local refusal, name, most, used = card_moves(said, i, untold)
  if refusal and untold then
    return CARD_UNKNOWN
  end
  return refusal, name, most, used
end

function legs.new_card(said, i)
  local key = next_key()
  local api, called, kind = word(next_own()), word(next_own()), word(said[i + 1])
  local amount, state, expires = number(said[i + 2], 1, MAX), one_of('aifv', said[i + 3]), number(said[i + 4], 0, MAX)
  at = i + 5
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
  return nil, ''
end
