--[[
  count_failure: counts a secret that was presented in vain against whoever presented it, and locks him out at every so many.

  KEYS[1] count     counterfoil:guess:{<id>}   hash: 8 bytes of a secret's keyed hash → '' for each that was counted; n counted
                    since the last lock, k locks, u until when it is locked, ms
  ARGV[1] secret    8 bytes
  ARGV[2] most      counted failures that lock, integer >= 1
  ARGV[3] window    ms after which the count lapses: after its first failure, or after the end of its last lock
  ARGV[4] kept      secrets that are remembered, integer >= 1; those beyond count each time
  ARGV[5..] locks   ms that the first, second, … lock lasts; the last of them for all that follow

  Returns {1 counted | 0 counted before, ms that it is locked from now | 0, 1 this failure locked it | 0}. Counted before: nothing is
  written. What is counted while it is locked leads to the next lock, so that many attempts at once gain nothing.
  Cost: O(1). Clock: Redis TIME. Safe to retry: the same secret counts once.
]]
-- @include integer
-- @include printed
local count, secret = KEYS[1], ARGV[1]
local most, window, kept = tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)

local stored = redis.call('HMGET', count, 'n', 'k', 'u', secret)
local failures, locks, till = integer(stored[1] or '0') or 0, integer(stored[2] or '0') or 0, integer(stored[3] or '0') or 0
if stored[4] then
  return { 0, math.max(0, till - now), 0 }
end

failures = failures + 1
local locking = failures >= most and 1 or 0
if locking == 1 then
  failures, locks = 0, locks + 1
  till = math.max(till, now + tonumber(ARGV[4 + math.min(locks, #ARGV - 4)]))
end
if redis.call('HLEN', count) < kept + 3 then
  redis.call('HSET', count, secret, '')
end
redis.call('HSET', count, 'n', printed(failures), 'k', printed(locks), 'u', printed(till))
if locking == 1 then
  redis.call('PEXPIRE', count, printed(till - now + window))
elseif redis.call('PTTL', count) < 0 then
  redis.call('PEXPIRE', count, printed(window))
end
return { 1, math.max(0, till - now), locking }
