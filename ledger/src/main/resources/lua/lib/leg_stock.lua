--[[ Units of an item, inside its sale's window; codes of its pool, oldest first. ]]
function legs.stock(said, i)
  key_at = key_at + 1
  local key = KEYS[key_at]
  local delta, opens, closes = said[i + 1], said[i + 2], said[i + 3]
  at = i + 4
  delta = delta == -1 and delta or number(delta, -MAX, MAX)
  if opens > 0 and now < opens then
    claim(key)
    return SALE_NOT_OPEN, '', '0', '0', printed(opens)
  elseif closes > 0 and now >= closes then
    claim(key)
    return SALE_CLOSED
  end
  local slot = slots[key] or slot_of(key, stored_integer(call('HGET', key, 'u') or '0'), false)
  local units, till = claim_slot(slot, key)
  if till then
    malformed('its units are a counter')
  end
  local after = units + delta
  if delta < 0 and after < 0 then
    return INSUFFICIENT_STOCK, '', printed(-delta), printed(units)
  elseif after > MAX then
    return BALANCE_LIMIT, '', printed(delta), printed(units)
  end
  local text = count_text(after)
  if delta ~= 0 then
    numbers[slot] = after
    texts[slot] = text
  end
  return nil, text
end

function legs.codes(said, i)
  local key = next_key()
  local count = number(said[i + 1], 1, 1000)
  at = i + 2
  local codes = call('LRANGE', key, '0', printed(count - 1))
  if #codes < count then
    return INSUFFICIENT_STOCK, '', printed(count), printed(#codes)
  end
  for code = 1, count do
    word(codes[code])
  end
  write('LPOP', key, printed(count))
  return nil, '"' .. concat(codes, '","') .. '"'
end

function legs.codes_add(said, i)
  local key = next_key()
  local count = number(said[i + 1], 1, 1000)
  at = i + 2
  local size = call('LLEN', key)
  local command = { 'RPUSH', key }
  for code = 1, count do
    command[2 + code] = word(next_own())
  end
  commands[#commands + 1] = command
  return nil, printed(size + count)
end
