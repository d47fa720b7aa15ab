#!lua flags=no-writes
--[[
  read_record: what an idempotency key's record holds.

  KEYS[1] meta     {p.c}:meta
  KEYS[2] record   {p.c}:idem:<16 bytes>
  ARGV[1] epoch, ARGV[2] floor   the fence
  Returns {'cold'} | {catalog version, record or '', the cell's sequence}
  Cost: O(1). Answers also when Redis is out of memory.
]]
-- @include integer
-- @include printed
-- @include fence
local seq, catalog = fence(KEYS[1], ARGV[1], ARGV[2])
if not seq then
  return { 'cold' }
end
return { catalog or '0', redis.call('GET', KEYS[2]) or '', printed(seq) }
