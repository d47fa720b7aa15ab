#!lua flags=no-writes
--[[
  read_transaction: a transaction that the journal still holds. An entry holds a whole batch; the others of it stay here.

  KEYS[1] meta     {p.c}:meta
  KEYS[2] journal  {p.c}:journal
  ARGV[1] sequence
  Returns {data, result} | {} = it has left the journal
  Cost: O(transactions of an entry). Not fenced: what was posted may be told of a cell that is cold, too.
]]
local sequence, id = tonumber(ARGV[1]), ARGV[1] .. '-0'

local function entry(command, from, to)
  return redis.call(command, KEYS[2], from, to, 'COUNT', '1')[1]
end

-- Backwards from a place below its first entry Redis reads a whole stream, which with a long journal would keep everybody
-- waiting for each old transaction that is asked for. So it has to be known that there is an entry to be found.
local kept = redis.call('HGET', KEYS[1], 'kept')
if kept and sequence < tonumber(kept) or not kept and not entry('XRANGE', '-', id) then
  return {}
end
local batch = entry('XREVRANGE', id, '-')
if not batch then
  return {}
end
-- Its fields are d, data, r, result of one transaction after the other; past the last there is nothing.
local place = 4 * (sequence - tonumber(string.match(batch[1], '^%d+')))
return { batch[2][place + 2], batch[2][place + 4] }
