#!lua flags=allow-oom
--[[
  trim_journal: lets go of the entries of a journal that end before an entry.

  KEYS[1] meta     {p.c}:meta      hash; gets kept
  KEYS[2] journal  {p.c}:journal   stream
  ARGV[1] first    sequence at which the oldest entry begins that has to stay; it has to be there
  Returns how many entries went. Redis drops whole nodes of a stream only, so some of those before may stay.
  Cost: O(entries that go). Safe to retry. Also when Redis is out of memory: that is when it is needed most.
]]
local meta, journal, first = KEYS[1], KEYS[2], ARGV[1]
-- Said first: what is in the journal and not said to be is read from the books. A cell that was lost is not made to look alive.
if redis.call('HEXISTS', meta, 'epoch') == 1 and tonumber(redis.call('HGET', meta, 'kept') or '0') < tonumber(first) then
  redis.call('HSET', meta, 'kept', first)
end
return redis.call('XTRIM', journal, 'MINID', '~', first .. '-0')
