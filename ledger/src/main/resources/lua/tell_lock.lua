--[[
  tell_lock: puts a lock where every gateway reads it.

  KEYS[1] locks    counterfoil:guess:locks   stream of s id of who is locked, f ms from the entry's own time on
  ARGV[1] id, ARGV[2] ms
  ARGV[3] most     entries that are kept, about
  ARGV[4] ttl      ms that the stream lives without another: longer than every lock
  Cost: O(1). A lock that is told twice is the same lock.
]]
redis.call('XADD', KEYS[1], 'MAXLEN', '~', ARGV[3], '*', 's', ARGV[1], 'f', ARGV[2])
redis.call('PEXPIRE', KEYS[1], ARGV[4])
return 1
