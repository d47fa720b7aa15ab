#!lua flags=allow-oom
--[[
  lease: takes tokens out of a rate limit's count, for the window that it is now.

  KEYS[1] count     counterfoil:rate:{kind:id:seconds}   hash window (its number since the epoch), used (tokens given away in it)
  ARGV[1] length    of a window, ms, integer 1000..86400000
  ARGV[2] quota     tokens a window has, integer 1..10000000
  ARGV[3] wanted    integer 1..quota

  Returns {granted 0..wanted, end of the window in ms, microseconds from now to it, left in the window}. Granted less than wanted:
  the window has no more. Granted nothing: nothing is written, but to bring a stored window back as follows.
  A window stored beyond now means that the clock went back: it goes on being counted, at most to the end of the next one, so
  that tokens already given away for it have lapsed by then.
  The count lapses a window after its own. What is no such number counts as used up, for this window.
  Also while Redis is out of memory: there are as many counts as limits, and answers given before are to be had again.
  Cost: O(1). Clock: Redis TIME. Not to be retried: a call without an answer may have taken its tokens.
]]
-- @include integer
-- @include printed
local count = KEYS[1]
local length, quota, wanted = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])

local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000000 + tonumber(time[2])
local current = (now - now % (length * 1000)) / (length * 1000)

local stored = redis.call('HMGET', count, 'window', 'used')
local window, used, mend = current, 0, false
if stored[1] or stored[2] then
  local last, given = integer(stored[1]), integer(stored[2])
  if not last or not given or given < 0 then
    used, mend = quota, true
  elseif last >= current then
    window, used = math.min(last, current + 1), given
    mend = window ~= last
  end
end

local granted = math.max(0, math.min(wanted, quota - used))
local end_ms = (window + 1) * length
local to_end = end_ms * 1000 - now
if granted > 0 or mend then
  redis.call('HSET', count, 'window', printed(window), 'used', printed(used + granted))
  redis.call('PEXPIRE', count, printed(math.ceil(to_end / 1000) + length))
end
return {granted, end_ms, to_end, math.max(0, quota - used - granted)}
