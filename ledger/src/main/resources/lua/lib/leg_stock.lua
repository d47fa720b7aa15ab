--[[ Units of an item, inside its sale's window; codes of its pool, oldest first. ]]
function legs.stock(leg)
  local key = next_key()
  local delta, opens, closes = number(leg[2], -MAX, MAX), leg[3] or 0, leg[4] or 0
  if opens > 0 and now < opens then
    return SALE_NOT_OPEN, '', '0', '0', printed(opens)
  elseif closes > 0 and now >= closes then
    return SALE_CLOSED
  end
  local slot = slots[key] or slot_of(key, stored_integer(call('HGET', key, 'u') or '0'))
  local units = numbers[slot]
  local after = units + delta
  if delta < 0 and after < 0 then
    return INSUFFICIENT_STOCK, '', printed(-delta), printed(units)
  elseif past_the_bound(after) then
    return BALANCE_LIMIT, '', printed(delta), printed(units)
  end
  local text = printed(after)
  if delta ~= 0 then
    move(slot, after, text, false)
  end
  tell('[' .. text .. ']')
end

function legs.codes(leg)
  local key = next_key()
  local count = number(leg[2], 1, 1000)
  local codes = call('LRANGE', key, '0', printed(count - 1))
  if #codes < count then
    return INSUFFICIENT_STOCK, '', printed(count), printed(#codes)
  end
  for i = 1, count do
    word(codes[i])
  end
  write('LPOP', key, printed(count))
  tell('["' .. concat(codes, '","') .. '"]')
end

function legs.codes_add(leg)
  local key = next_key()
  local codes = list(leg[2], 1, 1000, 1)
  local size = call('LLEN', key)
  local command = { 'RPUSH', key }
  for i = 1, #codes do
    command[2 + i] = word(codes[i])
  end
  commands[#commands + 1] = command
  tell('[' .. printed(size + #codes) .. ']')
end
