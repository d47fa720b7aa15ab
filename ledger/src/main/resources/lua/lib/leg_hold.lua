--[[ A hold opens with the transaction that sets value aside, and is closed once: by capture, release or its deadline.
  What follows a redemption keeps count of how much of each part of it was given back, so that never more returns than
  went: for as long as the count is remembered here by the count itself, and later by what the books had counted up to a
  moment that the leg's window begins at. ]]
function legs.hold(said, i)
  local holds = next_key()
  local lasts = number(said[i + 1], 1, 604800000)
  at = i + 2
  call('ZCARD', holds)
  write('ZADD', holds, printed(now + lasts), printed(seq + 1))
  return nil, ''
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

function legs.follow(said, i)
  local key = next_key()
  local of = printed(number(said[i + 1], 1, MAX))
  local closing = said[i + 2]
  local holds = closing ~= '' and one_of('crx', closing) and next_key()
  local state = '' .. said[i + 3]
  local from, till, expires = number(said[i + 4], 0, MAX), number(said[i + 5], 1, MAX), number(said[i + 6], 1, MAX)
  local names, before, deltas, most = {}, {}, {}, {}
  at = i + 8
  for part = 1, number(said[i + 7], 1, 64) do
    names[part] = 'r:' .. word(said[at])
    claim(#key .. ':' .. key .. names[part])
    before[part], deltas[part] = number(said[at + 1], 0, MAX), number(said[at + 2], 0, MAX)
    most[part] = number(said[at + 3], 0, MAX)
    at = at + 4
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
  for part = 1, #names do
    if counted and stored_integer(counted[part]) ~= before[part] then
      return FOLLOWED
    elseif before[part] + deltas[part] > most[part] then
      return EXCEEDS_REMAINING, sub(names[part], 3), printed(most[part]), printed(before[part])
    end
    after[part] = printed(before[part] + deltas[part])
    command[#command + 1] = names[part]
    command[#command + 1] = after[part]
  end
  commands[#commands + 1] = command
  write('PEXPIREAT', key, printed(expires))
  return nil, concat(after, ',')
end
