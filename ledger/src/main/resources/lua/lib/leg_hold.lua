--[[ A hold opens with the transaction that sets value aside, and is closed once: by capture, release or its deadline.
  What follows a redemption keeps count of how much of each part of it was given back, so that never more returns than
  went: for as long as the count is remembered here by the count itself, and later by what the books had counted up to a
  moment that the leg's window begins at. ]]
function legs.hold()
  local holds = next_key()
  local lasts = next_integer(1, 604800000)
  redis.call('ZCARD', holds)
  write('ZADD', holds, printed(now + lasts), printed(seq + 1))
  results[#results + 1] = '[]'
end

-- Of an open hold: capture before its deadline, expiry not before it, release at any time.
local function close(holds, of, closing)
  local deadline = redis.call('ZSCORE', holds, of)
  if not deadline then
    return HOLD_NOT_OPEN
  elseif closing == 'c' and now >= stored_integer(deadline) then
    return HOLD_EXPIRED
  elseif closing == 'x' and now < stored_integer(deadline) then
    return HOLD_RUNNING
  end
  write('ZREM', holds, of)
end

function legs.follow()
  local key = next_key()
  local _, of = next_integer(1, MAX)
  local closing = next_arg()
  local holds = closing ~= '' and one_of('crx', closing) and next_key()
  local state = next_arg()
  local from, till = next_integer(0, MAX), next_integer(1, MAX)
  local _, expires = next_integer(1, MAX)
  local names, before, deltas, most = {}, {}, {}, {}
  for i = 1, next_integer(1, 64) do
    names[i] = 'r:' .. word(next_arg())
    claim(#key .. ':' .. key .. names[i])
    before[i], deltas[i], most[i] = next_integer(0, MAX), next_integer(0, MAX), next_integer(0, MAX)
  end
  if integer(expires) < till then
    error('what was counted would be forgotten too soon', 0)
  elseif now < from or now >= till then
    return STALE_DAY
  end
  local refusal = holds and close(holds, of, closing)
  if refusal then
    return refusal
  end
  local counted = redis.call('EXISTS', key) == 1 and redis.call('HMGET', key, unpack(names))
  local command, after = { 'HSET', key, 's', state }, {}
  for i = 1, #names do
    if counted and stored_integer(counted[i]) ~= before[i] then
      return FOLLOWED
    elseif before[i] + deltas[i] > most[i] then
      return EXCEEDS_REMAINING, string.sub(names[i], 3), printed(most[i]), printed(before[i])
    end
    after[i] = printed(before[i] + deltas[i])
    command[#command + 1] = names[i]
    command[#command + 1] = after[i]
  end
  plan[#plan + 1] = command
  write('PEXPIREAT', key, expires)
  results[#results + 1] = '[' .. table.concat(after, ',') .. ']'
end
