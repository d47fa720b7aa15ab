#!lua name=@name
--[[
  post: posts a batch of transactions of one cell, in order; each posts all of its legs or none.

  KEYS[1] meta      {p.c}:meta      hash epoch, seq, catalog
  KEYS[2] journal   {p.c}:journal   stream
  KEYS[3..2+w]      whole values, read in one go: per transaction its idempotency record, then the counters of its quotas
  KEYS[3+w..]       per transaction: the other keys of its legs, in order
  ARGV[1] what is packed
  ARGV[2..] data of each transaction ('' = preview: all checks, no record looked up, nothing written; '?' = look: the same, but
            the record is looked up)

  What is packed are values in MessagePack, one behind the other with no list around them, how many follow first:
    epoch     as opened
    floor     highest sequence the caller saw acknowledged or settled
    limit     journal entries past which nothing new is posted
    posted    ms that the record of a posted transaction lives, > 0
    refused   ms that the record of a pinned refusal lives, > 0
    w
    per transaction: how many values of its own it has, counters of its quotas, other keys of its legs, fingerprint, request
              id, shape, its own values
  A shape is a text in which the same is packed that other transactions say too, and which is unpacked once for all of them:
    how many values follow, catalog version or -1 (any), then the legs, each its kind and what that kind says; where it says
    "so many", a number of what follows (of candidates 1..16, of prices 1..1000, of attributes 0..16, of all else 1..64 unless
    said); behind "own" what a leg takes of the transaction's own values:
      card      true = untold: every refusal is unknown, at the same cost; so many candidates; states allowed (of aifv);
                refuse when expired; sign -1|0|1; so many prices, type and amount: -1 = at another price than the caller
                expects, -2 (debits only) = what it has, up to what its next list of dues asks for; false, or true and
                number|'', balance expected|-1, state to set (of aifv)|'', expiry to set ms|0 = never|-1, set aside '+' =
                the amount|n = no longer|'', owner to set|''; own: the candidates' ids, who spends '*' anyone|'='account|'='
                nobody (a card with an owner is his)                              keys: the candidates
      new_card  type, amount, state (of aifv), expires ms|0; own: api id, number  key:  card
      stock     delta, opens ms|0, closes ms|0                                    key:  item
      codes     n, 1..1000                                                        key:  pool
      codes_add so many codes, 1..1000; own: these                                key:  pool
      account   asset, sign -1|0|1, amount, -2 as above, refuse when frozen, refuse when unverified, frozen to set 0|1|'',
                verified to set 0|1|'', set aside as above, lots: of a debit the tags it takes from, 'a,b' in that order|''
                the first to expire; of a credit those to add, 'expires ms|0:tag:amount;…'|'' no lots; so many attributes
                expected, name and value ('' = none); so many to set likewise         key: account
      due       so many amounts; so many payers, each so many places of the amounts it may pay, in order
      paid      true = what was not paid remains; true = that may be all; closes the dues
      quota     name, delta, limit, from ms|0, until ms|0, expires ms|0, true = clamp, used before that is expected|-1
                                                                                 counter
      hold      ms that it lasts, from now on: the transaction is a member of the open holds       key: holds
      follow    sequence that is followed, '' or what closes its hold: c capture, r release, x expiry; its state, a text;
                from ms, until ms, expires ms; so many parts: name, given back before, given back now, the whole
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
  unknown, void, frozen, inactive, expired, owner, type, price, balance, bound; within an account: frozen, unverified,
  attributes, balance, bound;
  within what follows: the window, the hold, then part by part counted otherwise, beyond the whole.
  The first that applies is the answer.
  Nothing is rolled back in Redis, so all that could raise is proved in the check phase, inside a protected call.
  Units and counters that several transactions of a call move are written once, at its end; those of one that is not posted
  are put back.
  Cost: O(values packed). Clock: Redis TIME. Safe to retry with the same idempotency key.

  A function of Redis, not a script: what is defined here is made once, where a script would make it with every call. Lists
  keep what a call left in them, behind the count up to which they are valid; all other variables but those of the keys that
  were met are set anew by the next call.
]]
-- @include integer
-- @include printed
-- @include fence

-- Redis has nothing of its own or of Lua's libraries to give while functions are defined; a call begins by taking them.
local call, find, sub, concat, to_number, encode
local MAX = 9007199254740991

-- Codes of dev.counterfoil.ledger.Refusal; true = pinned.
local JOURNAL_FULL, CATALOG_CHANGED, STALE_DAY = 1, 2, 3
local SALE_NOT_OPEN, SALE_CLOSED, INSUFFICIENT_STOCK = 10, 11, 12
local CARD_UNKNOWN, CARD_VOID, CARD_FROZEN, CARD_INACTIVE, CARD_EXPIRED = 20, 21, 22, 23, 24
local CARD_NOT_ACCEPTED, INSUFFICIENT_BALANCE, CARD_EXISTS, BALANCE_UNEXPECTED = 25, 26, 27, 28
local PRICE_CHANGED, CARD_NOT_OWNED = 29, 32
local ACCOUNT_FROZEN, ACCOUNT_UNVERIFIED = 30, 31
local ACCOUNT_UNEXPECTED, BALANCE_LIMIT = 33, 34
local QUOTA_EXCEEDED, QUOTA_UNEXPECTED = 40, 41
local HOLD_NOT_OPEN, HOLD_EXPIRED, HOLD_RUNNING, EXCEEDS_REMAINING, FOLLOWED = 50, 51, 52, 53, 54
local PINNED = {
  [SALE_CLOSED] = true, [CARD_VOID] = true, [CARD_FROZEN] = true, [CARD_INACTIVE] = true, [CARD_EXPIRED] = true,
  [CARD_NOT_ACCEPTED] = true, [INSUFFICIENT_BALANCE] = true, [CARD_EXISTS] = true, [BALANCE_UNEXPECTED] = true,
  [ACCOUNT_FROZEN] = true, [ACCOUNT_UNVERIFIED] = true, [CARD_NOT_OWNED] = true, [QUOTA_EXCEEDED] = true,
  [HOLD_NOT_OPEN] = true, [HOLD_EXPIRED] = true, [EXCEEDS_REMAINING] = true,
}
local BY_STATE = { v = CARD_VOID, f = CARD_FROZEN, i = CARD_INACTIVE, a = BALANCE_UNEXPECTED }

-- State of a call: what it was given, what it read, and its answer.
local KEYS, ARGV
local packed, n, wholes, values, spoilt
local posted_ttl, refused_ttl, entries_left, posted_till
local first, seq, catalog, catalog_version, now
local replied, entered
-- Lists that serve one call after the other: made anew they would grow step by step with each.
local absent, reply, entry = {}, {}, {}

-- State of the transaction under check: where it stands in what is packed, cursors into KEYS, its own values and its shape, and
-- what is to be paid: amounts asked for and left, and which of them each payer may pay.
local header, whole_at, key_at, own_at, at
local asked, left, payers
local DRAWN = -2

local function malformed(what)
  error('value ' .. at - 1 .. ' of its shape: ' .. what, 0)
end

-- What a leg says; what it mostly says is let through where it is read, which costs no call. A comparison raises where
-- something else than a number came, inside the protected call, so only what is written, printed or counted with is
-- looked at.
local function number(value, least, most)
  if value < least or value > most or value % 1 ~= 0 then
    malformed('a number is not an integer in its range')
  end
  return value
end

local function truth(value)
  if value ~= true and value ~= false then
    malformed('neither true nor false')
  end
  return value
end

local function one_of(letters, s)
  if #s ~= 1 or not find(letters, s, 1, true) then
    malformed('a letter is not one of ' .. letters)
  end
  return s
end

local function word(s)
  if not find(s, '^[%w%-_%.:]*$') then
    malformed('a word holds a character that JSON would have to escape')
  end
  return s
end

-- @include texts
-- @include keys

local function next_own()
  local place = own_at + 1
  own_at = place
  return packed[place]
end

-- What the transaction would write, and the pieces of what its legs came to. The tables serve one transaction after the other.
local commands, plan, planned, results, told = {}, {}, 0, {}, 0
local function write(command, key, field, value)
  local list, last = plan, planned
  list[last + 1] = command
  list[last + 2] = key
  list[last + 3] = field
  list[last + 4] = value or false
  planned = last + 4
end

-- What is set aside of a balance for holds: '+' adds what the leg takes, a number is set aside no longer. Returns what is
-- set aside already where more would pass the bound.
local function keep(key, field, keeps, amount)
  local before = stored_integer(call('HGET', key, field) or '0')
  local less = keeps == '+' and -amount or number(keeps, 0, MAX)
  if before - less < 0 then
    malformed('it sets aside what is not there')
  elseif before - less > MAX then
    return printed(before)
  elseif before == less then
    write('HDEL', key, field)
  else
    write('HSET', key, field, printed(before - less))
  end
end

-- What each kind of leg checks and plans. Returns the code of a refusal, and what it names; or nil, and what the leg came to.
local legs = {}

-- @include leg_due
-- @include leg_card
-- @include leg_account
-- @include leg_stock
-- @include leg_quota
-- @include leg_hold

local function refusal(code, name, most, used, resets)
  local request = packed[header + 4]
  if not find(request, '^%w*$') then
    malformed('a request id holds a character that JSON would have to escape')
  end
  return '[' .. code .. ',"' .. request .. '","' .. (name or '') .. '",' .. (most or '0') .. ',' .. (used or '0') .. ','
    .. (resets or '0') .. ']', code
end

-- @include packed

-- Everything that may raise happens here; a refusal or an error leaves what is planned unused. Returns the text of the
-- refusal and its code, or none.
local function check()
  local list, first = packed, header
  local last_own, last_whole, last_key = first + 5 + list[first], whole_at + list[first + 1], key_at + list[first + 2]
  local said, kinds, came_to, pieces = shape_of(list[first + 5]), legs, results, 1
  local last, version = said[2] + 2, said[3]
  own_at = first + 5
  at = 4
  if #(list[first + 3] .. '') ~= 16 or last < at or version < -1 then
    malformed('of a malformed header')
  elseif entries_left <= 0 then
    return refusal(JOURNAL_FULL)
  elseif version ~= -1 and version ~= catalog_version then
    return refusal(CATALOG_CHANGED)
  end
  while at <= last do
    local kind = kinds[said[at]]
    if not kind then
      malformed('of no known kind')
    end
    local code, name, most, used, resets = kind(said, at)
    if not code then
      came_to[pieces + 1] = name
      came_to[pieces + 2] = '],['
      pieces = pieces + 2
    elseif at <= last + 1 then
      return refusal(code, name, most, used, resets)
    end
  end
  if at ~= last + 1 or own_at ~= last_own or whole_at ~= last_whole or key_at ~= last_key then
    malformed('the legs do not span the values and keys of the transaction')
  elseif asked then
    malformed('the dues are not closed')
  end
  came_to[pieces] = ']]}'
  told = pieces
end

local function answer(status, sequence, payload)
  local list, last = reply, replied
  list[last + 1] = status
  list[last + 2] = sequence
  list[last + 3] = payload
  replied = last + 3
end

-- Records that this call wrote, and so did not read.
local written
local function record(key, value, till)
  written[key] = value
  call('SET', key, value, 'PXAT', till)
end

local function commit(record_key, fingerprint, data, result)
  for i = 1, #commands do
    call(unpack(commands[i]))
  end
  local list = plan
  for i = 1, planned, 4 do
    if list[i + 3] then
      call(list[i], list[i + 1], list[i + 2], list[i + 3])
    else
      call(list[i], list[i + 1], list[i + 2])
    end
  end
  seq = seq + 1
  local sequence = count_text(seq)
  record(record_key, fingerprint .. 'P' .. sequence, posted_till)
  local pairs, last = entry, entered
  pairs[last + 1] = 'd'
  pairs[last + 2] = data
  pairs[last + 3] = 'r'
  pairs[last + 4] = result
  entered = last + 4
  return sequence
end

local function post(data, record_key, known)
  local fingerprint, preview = packed[header + 3], data == '' or data == '?'
  if spoilt[record_key] then
    return answer('faulty', '', 'the idempotency record has another type')
  elseif known and data ~= '' then
    local status = sub(known, 17, 17)
    if sub(known, 1, 16) ~= fingerprint then
      return answer('reused', '', '')
    elseif status == 'P' then
      return answer('replayed', sub(known, 18), '')
    end
    return answer('repeated', '', sub(known, 18))
  end
  posting, planned = posting + 1, 0
  if commands[1] then
    commands = {}
  end
  asked, left, payers = nil, nil, nil
  local first_whole, first_key = whole_at, key_at
  local fine, problem, code = pcall(check)
  if problem or preview then
    -- As far as the legs went, which in a malformed transaction may be into the next one's keys.
    put_back(first_whole + 1, whole_at)
    put_back(first_key + 1, key_at)
  end
  if not fine then
    return answer('faulty', '', type(problem) == 'table' and problem.err or tostring(problem))
  elseif problem then
    if PINNED[code] and not preview then
      record(record_key, fingerprint .. 'R' .. problem, printed(now + refused_ttl))
    end
    return answer('refused', '', problem)
  end
  local result = concat(results, '', 1, told)
  if preview then
    return answer('previewed', '', result)
  end
  answer('posted', commit(record_key, fingerprint, data, result), result)
end

-- The first transaction stands behind two places and the six values of the call.
local FIRST_HEADER = 3 + 6

-- What is packed must span the call exactly before anything is touched.
local function spans()
  packed = unpacked(ARGV[1])
  local list, place, others = packed, FIRST_HEADER, 0
  n, wholes, posted_ttl, refused_ttl = #ARGV - 1, 0, list[6], list[7]
  for i = 1, n do
    local own, counters, keys = list[place], list[place + 1], list[place + 2]
    if counters < 0 or counters % 1 ~= 0 or keys < 0 then
      return false
    end
    wholes = wholes + 1 + counters
    others = others + keys
    place = place + 6 + own
  end
  return n >= 1 and n <= 1000 and place == list[2] + 3 and wholes <= 7000 and wholes == list[8] and 2 + wholes + others == #KEYS
      and number(list[4], 0, MAX) and number(list[5], 0, MAX) and number(posted_ttl, 1, MAX) and number(refused_ttl, 1, MAX)
end

local function begin(keys, args)
  call, find, sub, concat, to_number = redis.call, string.find, string.sub, table.concat, tonumber
  encode = cjson.encode
  KEYS, ARGV = keys, args
  met_keys = met_keys + #keys
  if met_keys > 256 then
    met, met_keys = {}, #keys
  end
  empty_slots()
  local sound, spanned = pcall(spans)
  return sound and spanned
end

-- Whether the cell is the one that the caller knows, and a post to it can be journaled.
local function warm(meta, journal)
  seq, catalog = fence(meta, packed[3], packed[4])
  if not seq then
    return false
  end
  -- An entry beyond the cell's sequence means that someone else wrote here: XADD would fail after the legs were written.
  local beyond = redis.pcall('XRANGE', journal, '(' .. printed(seq) .. '-0', '+', 'COUNT', '1')
  if beyond.err or #beyond > 0 or seq + n > MAX then
    return false
  end
  local entries = call('XLEN', journal)
  entries_left = packed[5] - entries
  return entries > 0 or call('EXISTS', journal) == 1
end

-- Whole values of the call, in one go. MGET takes a key of another type for one that is not there, EXISTS does not.
local function read_wholes()
  local read, missing = call('MGET', unpack(KEYS, 3, 2 + wholes)), 0
  values, spoilt = read, {}
  for i = 1, wholes do
    if not read[i] then
      missing = missing + 1
      absent[missing] = KEYS[2 + i]
    end
  end
  if missing > 0 and call('EXISTS', unpack(absent, 1, missing)) > 0 then
    for i = 1, missing do
      spoilt[absent[i]] = call('EXISTS', absent[i]) == 1
    end
  end
end

local function post_all()
  local time = call('TIME')
  now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
  first, posted_till = seq + 1, printed(now + posted_ttl)
  results[1] = '{"at":' .. printed(now) .. ',"legs":[['
  catalog_version = integer(catalog or '0')
  reply[1], replied, entered, written = catalog or '0', 1, 0, {}
  local w, k, place = 3, 2 + wholes, FIRST_HEADER
  for i = 1, n do
    local record_key = KEYS[w]
    header, whole_at, key_at = place, w, k
    post(ARGV[1 + i], record_key, written[record_key] or values[w - 2])
    w, k, place = w + 1 + packed[place + 1], k + packed[place + 2], place + 6 + packed[place]
  end
  reply[replied + 1] = nil
end

redis.register_function('@name', function(keys, args)
  if not begin(keys, args) then
    return redis.error_reply('ERR post: what is packed does not span the call')
  end
  local meta, journal = keys[1], keys[2]
  if not warm(meta, journal) then
    return { 'cold' }
  end
  read_wholes()
  post_all()
  if seq >= first then
    write_numbers()
    call('HSET', meta, 'seq', printed(seq))
    -- The id is refused when someone else wrote a later one here and took it out again. The legs are written by now, so
    -- the entry goes in under any id: the next call finds it beyond the sequence and the cell is cold, with nothing lost.
    if redis.pcall('XADD', journal, printed(first) .. '-0', unpack(entry, 1, entered)).err then
      call('XADD', journal, '*', unpack(entry, 1, entered))
    end
  end
  return reply
end)
