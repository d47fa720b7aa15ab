--[[
  count_up: one more of what is counted until it lapses: failed attempts of a program's business day, look-ups of an inactive card.

  KEYS[1] count   counterfoil:failures:{<program>}:<day> or counterfoil:looked-up:{<program>}:<card id>   integer
  ARGV[1] ttl     ms that the count lives from now on: what is written does not tell a new count from an old one
  Returns the count.
  Cost: O(1). Not to be retried: a call without an answer may have counted.
]]
local count = redis.call('INCR', KEYS[1])
redis.call('PEXPIRE', KEYS[1], ARGV[1])
return count
