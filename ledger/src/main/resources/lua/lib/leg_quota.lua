--[[ A counter with a limit over a window. ]]
function legs.quota(said, i)
  whole_at = whole_at + 1
  local key = KEYS[whole_at]
  local delta, most, from, till = said[i + 2], said[i + 3], said[i + 4], said[i + 5]
  local expires, clamp, expected = said[i + 6], said[i + 7] ~= false and truth(said[i + 7]), said[i + 8]
  at = i + 9
  if delta < -MAX or delta > MAX or most < 0 or most > MAX or expires < 0 or expires > MAX
      or delta % 1 ~= 0 or most % 1 ~= 0 or expires % 1 ~= 0 then
    malformed('a quota counts with something else than integers in their range')
  elseif now < from or (till > 0 and now >= till) then
    claim(key)
    return STALE_DAY
  elseif spoilt[key] then
    malformed('its counter has another type')
  end
  local slot = slots[key] or slot_of(key, stored_integer(values[whole_at - 2] or '0'), expires)
  local used, counts_until = claim_slot(slot, key)
  if not counts_until then
    malformed('its counter is units')
  elseif expected ~= -1 and expected ~= used then
    return QUOTA_UNEXPECTED
  end
  local after = used + delta
  if delta > 0 and after > most then
    if not clamp then
      return QUOTA_EXCEEDED, word(said[i + 1]), printed(most), printed(used), printed(number(till, 0, MAX))
    end
    -- A limit that was lowered meanwhile allows nothing more; it takes nothing back.
    after = math.max(used, most)
  elseif after < 0 then
    if not clamp then
      malformed('a quota would fall below zero')
    end
    after = 0
  end
  local text = text_of(after)
  -- A counter whose time is over goes as it is written.
  numbers[slot] = expires > 0 and expires <= now and 0 or after
  texts[slot] = text
  untils[slot] = expires
  return nil, text
end
