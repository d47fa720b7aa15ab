#!lua flags=no-writes
--[[
  read_transaction: a transaction that the journal still holds. An entry holds a whole batch; the others of it stay here.

  KEYS[1] journal  {p.c}:journal
  ARGV[1] sequence
  Returns {data, result} | {} = it has left the journal
  Cost: O(transactions of two entries). Not fenced: what was posted may be told of a cell that is cold, too.
]]
local sequence = tonumber(ARGV[1])

local function entry(command, from, to)
  return redis.call(command, KEYS[1], from, to, 'COUNT', '1')[1]
end

-- Its fields are d, data, r, result of one transaction after the other.
local function held(batch)
  local place = 4 * (sequence - tonumber(string.match(batch[1], '^%d+')))
  return batch[2][place + 2], batch[2][place + 4]
end

-- Backwards from a place below its first entry Redis reads a whole stream, which with a long journal would keep everybody
-- waiting for each old transaction that is asked for. So the first entry is looked at before.
local id = ARGV[1] .. '-0'
local oldest = entry('XRANGE', '-', id)
if not oldest then
  return {}
end
local data, result = held(oldest)
if not data then
  data, result = held(entry('XREVRANGE', id, '-'))
end
return { data, result }
