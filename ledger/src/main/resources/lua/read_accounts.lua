#!lua flags=no-writes
--[[
  read_accounts: balances of many accounts, and the cell's sequence at that moment.

  KEYS[1] meta       {p.c}:meta
  KEYS[2..] accounts {p.c}:acct:<length>:<id>, at most 500, one for each balance to be read
  ARGV[1..] asset    of the balance, one a key
  Returns {} when the cell is cold, else {sequence, then per key: balance, flags ('f' frozen and 'v' verified, or neither), set aside, lots|''}.
  Cost: O(keys), 3 µs each. Answers also when Redis is out of memory.
]]
local sequence = redis.call('HGET', KEYS[1], 'seq')
if not sequence then
  return {}
end
local reply = { sequence }
for i = 2, #KEYS do
  local account = redis.call('HMGET', KEYS[i], 'b:' .. ARGV[i - 1], 'f', 'v', 'h:' .. ARGV[i - 1], 'l:' .. ARGV[i - 1])
  reply[#reply + 1] = account[1] or '0'
  reply[#reply + 1] = (account[2] and 'f' or '') .. (account[3] and 'v' or '')
  reply[#reply + 1] = account[4] or '0'
  reply[#reply + 1] = account[5] or ''
end
return reply
