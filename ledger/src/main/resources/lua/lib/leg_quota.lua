--[[ A counter with a limit over a window. ]]
function legs.quota()
  local key = next_key()
  local name = word(next_arg())
  local delta = next_integer(-MAX, MAX)
  local most, most_text = next_integer(0, MAX)
  local from, till = next_integer(0, MAX), next_integer(0, MAX)
  local expires, expires_text = next_integer(0, MAX)
  local _, resets = next_integer(0, MAX)
  local clamp = next_integer(0, 1) == 1
  if now < from or (till > 0 and now >= till) then
    return STALE_DAY
  end
  local used = stored_integer(redis.call('GET', key) or '0')
  local after = used + delta
  if delta > 0 and after > most then
    if not clamp then
      return QUOTA_EXCEEDED, name, most_text, printed(used), resets
    end
    -- A limit that was lowered meanwhile allows nothing more; it takes nothing back.
    after = math.max(used, most)
  elseif after < 0 then
    if not clamp then
      error('a quota would fall below zero', 0)
    end
    after = 0
  end
  if expires > 0 then
    write('SET', key, printed(after), 'PXAT', expires_text)
  else
    write('SET', key, printed(after))
  end
  results[#results + 1] = '[' .. printed(after) .. ']'
end
