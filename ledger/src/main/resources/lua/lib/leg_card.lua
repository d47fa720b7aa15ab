--[[ A card moves, or comes into being. Within a card: unknown, void, frozen, inactive, expired, owner, type, price, balance. ]]
function legs.card()
  local candidates = next_integer(1, 16)
  local key, card
  for _ = 1, candidates do
    local candidate = next_key()
    if not key then
      local read = redis.call('HMGET', candidate, 'b', 's', 't', 'x', 'c', 'n', 'h', 'o')
      if read[1] then
        key, card = candidate, read
      end
    end
  end
  local number, states, expires = next_arg(), next_arg(), next_integer(0, 1) == 1
  local sign = next_integer(-1, 1)
  local expected, set = next_arg(), next_arg()
  if set ~= '' then
    one_of('aifv', set)
  end
  local lasts = next_arg()
  if lasts ~= '' and (integer(lasts) or -1) < 0 then
    error('argument ' .. arg_at .. ' is not an expiry', 0)
  end
  local keeps, by, owner = next_arg(), next_arg(), next_arg()
  local refusal, amount, amount_text
  local accepted = false
  for _ = 1, next_integer(1, 1000) do
    local kind = next_arg()
    local value, text = next_integer(DRAWN, MAX)
    if card and card[3] == kind then
      accepted, amount, amount_text = true, value, text
    end
  end
  if not card or (number ~= '' and number ~= card[6]) then
    return CARD_UNKNOWN
  end
  local balance, state = stored_integer(card[1]), one_of('aifv', card[2] or 'a')
  if not string.find(states, state, 1, true) then
    refusal = BY_STATE[state]
  elseif expires and card[4] and stored_integer(card[4]) <= now then
    refusal = CARD_EXPIRED
  elseif by ~= '*' and card[8] and '=' .. card[8] ~= by then
    refusal = CARD_NOT_OWNED
  elseif not accepted then
    refusal = CARD_NOT_ACCEPTED
  elseif amount == -1 then
    refusal = PRICE_CHANGED
  elseif lacks(sign, balance, amount) then
    return INSUFFICIENT_BALANCE, '', amount_text, card[1]
  elseif expected ~= '' and expected ~= card[1] then
    refusal = BALANCE_UNEXPECTED
  end
  if refusal then
    return refusal
  end
  if amount == DRAWN then
    amount, amount_text = drawn(sign, balance)
  end
  local after = moved(balance, sign, amount)
  if sign ~= 0 then
    write('HSET', key, 'b', printed(after))
  end
  keep(key, 'h', card[7], keeps, amount)
  if owner ~= '' then
    write('HSET', key, 'o', owner)
  end
  if set == 'a' then
    write('HDEL', key, 's')
  elseif set ~= '' then
    write('HSET', key, 's', set)
  end
  if lasts == '0' then
    write('HDEL', key, 'x')
  elseif lasts ~= '' then
    write('HSET', key, 'x', lasts)
  end
  results[#results + 1] = '["' .. string.sub(key, -22) .. '","' .. word(card[5]) .. '","' .. word(card[6]) .. '","'
      .. word(card[3]) .. '",' .. amount_text .. ',' .. printed(after) .. ',"' .. (set ~= '' and set or state) .. '"'
      .. (lasts ~= '' and ',' .. lasts or '') .. ']'
end

function legs.new_card()
  local key = next_key()
  local api, number, kind = next_arg(), next_arg(), next_arg()
  local _, amount = next_integer(1, MAX)
  local state = one_of('aifv', next_arg())
  local _, expires = next_integer(0, MAX)
  if redis.call('EXISTS', key) == 1 then
    return CARD_EXISTS
  end
  word(api) word(number) word(kind)
  local command = { 'HSET', key, 'b', amount, 't', kind, 'c', api, 'n', number }
  if state ~= 'a' then
    command[#command + 1] = 's'
    command[#command + 1] = state
  end
  if expires ~= '0' then
    command[#command + 1] = 'x'
    command[#command + 1] = expires
  end
  plan[#plan + 1] = command
  results[#results + 1] = '[]'
end
