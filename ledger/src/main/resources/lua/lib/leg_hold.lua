--[[ A hold opens with the transaction that sets value aside, and is closed once: by capture, release or its deadline.
  What follows a redemption keeps count of how much of each part of it was given back, so that never more returns than
  went: for as long as the count is remembered here by the count itself, and later by what the books had counted up to a
  moment that the leg's window begins at. ]]
function legs.hold(leg)
  local holds = next_key()
  local lasts = number(leg[2], 1, 604800000)
  call('ZCARD', holds)
  write('ZADD', holds, printed(now + lasts), printed(seq + 1))
  tell('[]')
end

-- Of an open hold: capture before its deadline, expiry not before it, release at any time.
local function close(holds, of, closing)
  local deadline = call('ZSCORE', holds, of)
  if not deadline then
    return HOLD_NOT_OPEN
  elseif closing == 'c' and now >= stored_integer(deadline) then
    return HOLD_EXPIRED
  elseif closing == 'x' and now < stored_integer(deadline) then
    return HOLD_RUNNING
  end
  write('ZREM', holds, of)
end

function legs.follow(leg)
  local key = next_key()
  local of = printed(number(leg[2], 1, MAX))
  local closing = leg[3]
  local holds = closing ~= '' and one_of('crx', closing) and next_key()
  local state = '' .. leg[4]
  local from, till, expires = number(leg[5], 0, MAX), number(leg[6], 1, MAX), number(leg[7], 1, MAX)
  local parts = list(leg[8], 1, 64, 4)
  local names, before, deltas, most = {}, {}, {}, {}
  for i = 1, #parts / 4 do
    local part = 4 * i - 3
    names[i] = 'r:' .. word(parts[part])
    claim(#key .. ':' .. key .. names[i])
    before[i], deltas[i] = number(parts[part + 1], 0, MAX), number(parts[part + 2], 0, MAX)
    most[i] = number(parts[part + 3], 0, MAX)
  end
  if expires < till then
    malformed('what was counted would be forgotten too soon')
  elseif now < from or now >= till then
    return STALE_DAY
  end
  local refusal = holds and close(holds, of, closing)
  if refusal then
    return refusal
  end
  local counted = call('EXISTS', key) == 1 and call('HMGET', key, unpack(names))
  local command, after = { 'HSET', key, 's', state }, {}
  for i = 1, #names do
    if counted and stored_integer(counted[i]) ~= before[i] then
      return FOLLOWED
    elseif before[i] + deltas[i] > most[i] then
      return EXCEEDS_REMAINING, sub(names[i], 3), printed(most[i]), printed(before[i])
    end
    after[i] = printed(before[i] + deltas[i])
    command[#command + 1] = names[i]
    command[#command + 1] = after[i]
  end
  commands[#commands + 1] = command
  write('PEXPIREAT', key, printed(expires))
  tell('[' .. concat(after, ',') .. ']')
end
