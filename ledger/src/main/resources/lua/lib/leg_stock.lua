--[[ Units of an item, inside its sale's window; codes of its pool, oldest first. ]]
function legs.stock()
  local key = next_key()
  local delta = next_integer(-MAX, MAX)
  local opens, closes = next_integer(0, MAX), next_integer(0, MAX)
  if opens > 0 and now < opens then
    return SALE_NOT_OPEN, '', '0', '0', printed(opens)
  elseif closes > 0 and now >= closes then
    return SALE_CLOSED
  end
  local units = stored_integer(redis.call('HGET', key, 'u') or '0')
  local after = units + delta
  if delta < 0 and after < 0 then
    return INSUFFICIENT_STOCK, '', printed(-delta), printed(units)
  elseif after > MAX then
    error('a credit would pass 2^53-1', 0)
  end
  if delta ~= 0 then
    write('HSET', key, 'u', printed(after))
  end
  results[#results + 1] = '[' .. printed(after) .. ']'
end

function legs.codes()
  local key = next_key()
  local count, text = next_integer(1, 1000)
  local codes = redis.call('LRANGE', key, '0', printed(count - 1))
  if #codes < count then
    return INSUFFICIENT_STOCK, '', text, printed(#codes)
  end
  for i = 1, count do
    word(codes[i])
  end
  write('LPOP', key, text)
  results[#results + 1] = '["' .. table.concat(codes, '","') .. '"]'
end

function legs.codes_add()
  local key = next_key()
  local count = next_integer(1, 1000)
  local size = redis.call('LLEN', key)
  local command = { 'RPUSH', key }
  for i = 1, count do
    command[2 + i] = word(next_arg())
  end
  plan[#plan + 1] = command
  results[#results + 1] = '[' .. printed(size + count) .. ']'
end
