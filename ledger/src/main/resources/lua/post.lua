#!lua
--[[
  post: posts a batch of transactions of one cell, in order; each posts all of its legs or none.

  KEYS[1] meta      {p.c}:meta      hash epoch, seq, catalog
  KEYS[2] journal   {p.c}:journal   stream
  KEYS[3..]         per transaction: its idempotency record, then the keys of its legs, in order
  ARGV[1] epoch     as opened
  ARGV[2] floor     highest sequence the caller saw acknowledged or settled
  ARGV[3] limit     journal entries past which nothing new is posted
  ARGV[4] posted    ms that the record of a posted transaction lives, > 0
  ARGV[5] refused   ms that the record of a pinned refusal lives, > 0
  ARGV[6] n         transactions that follow
  per transaction:  keys (of its legs), args (of its legs), fingerprint, request id, catalog version or '' (any),
                    data ('' = preview: all checks, no record looked up, nothing written), legs
    per leg, first its kind:
    card      candidates, number|'', states allowed (of aifv), 1 = refuse when expired, sign -1|0|1, balance expected|'',
              state to set (of aifv)|'', expiry to set ms|0 = never|'', set aside '+' = the amount|n = no longer|'',
              who spends '*' anyone|'=' account|'=' nobody (a card with an owner is his), owner to set|'',
              types, then per type: type, amount, -1 = at another price than the caller expects, -2 (debits only) = what
              it has, up to what its next list of dues asks for                      keys: the candidates
    new_card  api id, number, type, amount, state (of aifv), expires ms|0            key:  card
    stock     delta, opens ms|0, closes ms|0                                         key:  item
    codes     n >= 1                                                                 key:  pool
    codes_add n >= 1, then n codes                                                   key:  pool
    account   asset, sign -1|0|1, amount, -2 as above, 1 = refuse when frozen, 1 = refuse when unverified,
              frozen to set 0|1|'', verified to set 0|1|'', set aside as above, lots: of a debit the tags it takes from,
              'a,b' in that order|'' the first to expire; of a credit those to add, 'expires ms|0:tag:amount;…'|'' no
              lots; 0..16 attributes expected, each name, value ('' = none); 0..16 to set likewise   key:  account
    due       n >= 1, then n amounts; payers >= 1, then per payer: m >= 1, then m places of amounts it may pay, in order
    paid      1 = what was not paid remains; closes the dues
    quota     name, delta, limit, from ms|0, until ms|0, expires ms|0, resets ms|0, 1 = clamp,
              used before that is expected|''                                          key: counter
    hold      ms that it lasts, from now on: the transaction is a member of the open holds             key: holds
    follow    sequence that is followed, '' or what closes its hold: c capture, r release, x expiry; its state, a text;
              from ms, until ms, expires ms; n >= 1, then per part: name, given back before, given back now, the whole
                                                                        keys: count, and where a hold is closed: holds

  Returns a flat list. {'cold'} when the fence does not hold: nothing was read or written. Otherwise the catalog
  version, then three elements a transaction: status, sequence|'', payload:
    posted    sequence   result JSON
    previewed ''         result JSON  would be posted now
    replayed  sequence   ''           posted before under this key
    refused   ''         refusal JSON [code,"request id","name",limit,used,resets ms]
    repeated  ''         refusal JSON, refused before under this key and pinned
    reused    ''         ''           this key belongs to another request
    faulty    ''         what was malformed; nothing of this transaction was written

  Precedence: the key's record, journal full, catalog version, then the legs as the caller ordered them; within a card:
  unknown, void, frozen, inactive, expired, owner, type, price, balance; within an account: frozen, unverified, attributes,
  balance;
  within what follows: the window, the hold, then part by part counted otherwise, beyond the whole.
  The first that applies is the answer.
  Nothing is rolled back in Redis, so all that could raise is proved in the check phase, inside a protected call.
  Cost: O(legs). Clock: Redis TIME. Safe to retry with the same idempotency key.
]]
-- @include integer
-- @include printed
-- @include fence

local meta, journal = KEYS[1], KEYS[2]
local epoch, floor, limit, posted_ttl, refused_ttl = ARGV[1], ARGV[2], tonumber(ARGV[3]), ARGV[4], ARGV[5]
local MAX = 9007199254740991

-- Codes of dev.counterfoil.ledger.Refusal; true = pinned.
local JOURNAL_FULL, CATALOG_CHANGED, STALE_DAY = 1, 2, 3
local SALE_NOT_OPEN, SALE_CLOSED, INSUFFICIENT_STOCK = 10, 11, 12
local CARD_UNKNOWN, CARD_VOID, CARD_FROZEN, CARD_INACTIVE, CARD_EXPIRED = 20, 21, 22, 23, 24
local CARD_NOT_ACCEPTED, INSUFFICIENT_BALANCE, CARD_EXISTS, BALANCE_UNEXPECTED = 25, 26, 27, 28
local PRICE_CHANGED, CARD_NOT_OWNED = 29, 32
local ACCOUNT_FROZEN, ACCOUNT_UNVERIFIED = 30, 31
local ACCOUNT_UNEXPECTED = 33
local QUOTA_EXCEEDED, QUOTA_UNEXPECTED = 40, 41
local HOLD_NOT_OPEN, HOLD_EXPIRED, HOLD_RUNNING, EXCEEDS_REMAINING, FOLLOWED = 50, 51, 52, 53, 54
local PINNED = {
  [SALE_CLOSED] = true, [CARD_VOID] = true, [CARD_FROZEN] = true, [CARD_INACTIVE] = true, [CARD_EXPIRED] = true,
  [CARD_NOT_ACCEPTED] = true, [INSUFFICIENT_BALANCE] = true, [CARD_EXISTS] = true, [BALANCE_UNEXPECTED] = true,
  [ACCOUNT_FROZEN] = true, [ACCOUNT_UNVERIFIED] = true, [CARD_NOT_OWNED] = true, [QUOTA_EXCEEDED] = true,
  [HOLD_NOT_OPEN] = true, [HOLD_EXPIRED] = true, [EXCEEDS_REMAINING] = true,
}
local BY_STATE = { v = CARD_VOID, f = CARD_FROZEN, i = CARD_INACTIVE, a = BALANCE_UNEXPECTED }

-- The headers must span the call exactly before anything is touched.
local n = tonumber(ARGV[6])
do
  local k, a = 3, 7
  for _ = 1, n do
    local keys, args = integer(ARGV[a]), integer(ARGV[a + 1])
    if not keys or not args or keys < 0 or args < 1 then
      return redis.error_reply('ERR post: malformed header at argument ' .. a)
    end
    k, a = k + 1 + keys, a + 7 + args
  end
  if k ~= #KEYS + 1 or a ~= #ARGV + 1 or not integer(floor) or not limit
      or (integer(posted_ttl) or 0) < 1 or (integer(refused_ttl) or 0) < 1 then
    return redis.error_reply('ERR post: the headers do not span the call')
  end
end

local seq, catalog = fence(meta, epoch, floor)
if not seq then
  return { 'cold' }
end
-- An entry beyond the cell's own sequence means that someone else wrote here: XADD would fail after the legs were written.
local beyond = redis.pcall('XRANGE', journal, '(' .. printed(seq) .. '-0', '+', 'COUNT', '1')
if beyond.err or #beyond > 0 or seq + n > MAX or redis.call('EXISTS', journal) == 0 then
  return { 'cold' }
end
local entries = redis.call('XLEN', journal)

local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
local stamp = printed(now)

-- State of the transaction under check: cursors into KEYS and ARGV, the keys met, the writes planned, the results, and
-- what is to be paid: amounts asked for and left, and which of them each payer may pay.
local key_at, arg_at, met, plan, results
local asked, left, payers
local DRAWN = -2

local function next_arg()
  arg_at = arg_at + 1
  return ARGV[arg_at]
end

local function next_integer(least, most)
  local s = next_arg()
  local value = integer(s)
  if not value or value < least or value > most then
    error('argument ' .. arg_at .. ' is not an integer in its range', 0)
  end
  return value, s
end

-- No key twice in a transaction: two legs would each see the value before the other. Legs of one account keep to
-- fields of their own.
local function claim(place)
  if met[place] then
    error('key ' .. key_at .. ' stands in two legs', 0)
  end
  met[place] = true
end

local function next_key()
  key_at = key_at + 1
  local key = KEYS[key_at]
  claim(key)
  return key
end

local function next_field(field)
  key_at = key_at + 1
  local key = KEYS[key_at]
  claim(#key .. ':' .. key .. field)
  return key
end

local function stored_integer(s)
  local value = integer(s)
  if not value then
    error('a stored value is not an integer', 0)
  end
  return value
end

local function one_of(letters, s)
  if #s ~= 1 or not string.find(letters, s, 1, true) then
    error('argument ' .. arg_at .. ' is not one of ' .. letters, 0)
  end
  return s
end

local function word(s)
  if not string.find(s, '^[%w%-_%.:]*$') then
    error('a word holds a character that JSON would have to escape', 0)
  end
  return s
end

local function write(...)
  plan[#plan + 1] = { ... }
end

local function lacks(sign, balance, amount)
  return sign < 0 and balance < amount
end

local function moved(balance, sign, amount)
  local after = balance + sign * amount
  if after > MAX then
    error('a credit would pass 2^53-1', 0)
  end
  return after
end

-- What is set aside of a balance for holds: '+' adds what the leg takes, a number is set aside no longer.
local function keep(key, field, stored, keeps, amount)
  if keeps == '' then
    return
  end
  local before = stored_integer(stored or '0')
  local less = integer(keeps)
  if keeps == '+' then
    less = -amount
  elseif not less or less < 0 then
    error('argument ' .. arg_at .. ' is not what is set aside', 0)
  end
  if before - less < 0 or before - less > MAX then
    error('a leg sets aside what is not there', 0)
  elseif before == less then
    write('HDEL', key, field)
  else
    write('HSET', key, field, printed(before - less))
  end
end

local legs = {}

-- @include leg_due
-- @include leg_card
-- @include leg_account
-- @include leg_stock
-- @include leg_quota
-- @include leg_hold

-- Everything that may raise happens here; a refusal or an error leaves the plan unused.
local function check(count, last_key, last_arg)
  local code, name, most, used, resets
  for _ = 1, count do
    local leg = legs[next_arg()]
    if not leg then
      error('argument ' .. arg_at .. ' is not a kind of leg', 0)
    end
    code, name, most, used, resets = leg()
    if code then
      return code, name or '', most or '0', used or '0', resets or '0'
    end
  end
  if key_at ~= last_key or arg_at ~= last_arg then
    error('the legs do not span the transaction', 0)
  elseif asked then
    error('the dues are not closed', 0)
  end
end

local reply, entry, first = { catalog or '0' }, {}, seq + 1

local function answer(status, sequence, payload)
  local i = #reply
  reply[i + 1], reply[i + 2], reply[i + 3] = status, sequence, payload
end

local k, a = 3, 7
for _ = 1, n do
  local record_key, keys, args = KEYS[k], tonumber(ARGV[a]), tonumber(ARGV[a + 1])
  local fingerprint, request, version, data = ARGV[a + 2], ARGV[a + 3], ARGV[a + 4], ARGV[a + 5]
  local count = integer(ARGV[a + 6]) or 0
  local preview = data == ''
  local record = not preview and redis.pcall('GET', record_key)
  if type(record) == 'table' then
    answer('faulty', '', 'the idempotency record has another type')
  elseif record then
    local status = string.sub(record, 17, 17)
    if string.sub(record, 1, 16) ~= fingerprint then
      answer('reused', '', '')
    elseif status == 'P' then
      answer('replayed', string.sub(record, 18), '')
    else
      answer('repeated', '', string.sub(record, 18))
    end
  elseif #fingerprint ~= 16 or count < 1 or count > 1000 or not string.find(request, '^%w*$') then
    answer('faulty', '', 'malformed transaction header')
  elseif entries >= limit then
    answer('refused', '', '[' .. JOURNAL_FULL .. ',"' .. request .. '","",0,0,0]')
  elseif version ~= '' and version ~= (catalog or '0') then
    answer('refused', '', '[' .. CATALOG_CHANGED .. ',"' .. request .. '","",0,0,0]')
  else
    key_at, arg_at, met, plan, results = k, a + 6, {}, {}, {}
    asked, left, payers = nil, nil, nil
    local fine, code, name, most, used, resets = pcall(check, count, k + keys, a + 6 + args)
    if not fine then
      answer('faulty', '', type(code) == 'table' and code.err or tostring(code))
    elseif code then
      local refusal = '[' .. code .. ',"' .. request .. '","' .. name .. '",' .. most .. ',' .. used .. ',' .. resets .. ']'
      if PINNED[code] and not preview then
        redis.call('SET', record_key, fingerprint .. 'R' .. refusal, 'PX', refused_ttl)
      end
      answer('refused', '', refusal)
    elseif preview then
      answer('previewed', '', '{"at":' .. stamp .. ',"legs":[' .. table.concat(results, ',') .. ']}')
    else
      for i = 1, #plan do
        redis.call(unpack(plan[i]))
      end
      seq = seq + 1
      local sequence = printed(seq)
      local result = '{"at":' .. stamp .. ',"legs":[' .. table.concat(results, ',') .. ']}'
      redis.call('SET', record_key, fingerprint .. 'P' .. sequence, 'PX', posted_ttl)
      local i = #entry
      entry[i + 1], entry[i + 2], entry[i + 3], entry[i + 4] = 'd', data, 'r', result
      answer('posted', sequence, result)
    end
  end
  k, a = k + 1 + keys, a + 7 + args
end

if seq >= first then
  redis.call('HSET', meta, 'seq', printed(seq))
  -- The id is refused when someone else wrote a later one here and took it out again. The legs are written by now, so
  -- the entry goes in under any id: the next call finds it beyond the sequence and the cell is cold, with nothing lost.
  if redis.pcall('XADD', journal, printed(first) .. '-0', unpack(entry)).err then
    redis.call('XADD', journal, '*', unpack(entry))
  end
end
return reply
