#!lua name=@name
--[[
  post: posts a batch of transactions of one cell, in order; each posts all of its legs or none.

  KEYS[1] meta      {p.c}:meta      hash epoch, seq, catalog
  KEYS[2] journal   {p.c}:journal   stream
  KEYS[3..2+w]      whole values, read in one go: per transaction its idempotency record, then the counters of its quotas
  KEYS[3+w..]       per transaction: the other keys of its legs, in order
  ARGV[1] epoch     as opened
  ARGV[2] floor     highest sequence the caller saw acknowledged or settled
  ARGV[3] limit     journal entries past which nothing new is posted
  ARGV[4] posted    ms that the record of a posted transaction lives, > 0
  ARGV[5] refused   ms that the record of a pinned refusal lives, > 0
  ARGV[6] w
  per transaction two arguments: what is packed, and data ('' = preview: all checks, no record looked up, nothing
  written; '?' = look: the same, but the record is looked up).
  What is packed are values in MessagePack, one behind the other with no list around them:
    how many values follow, counters of its quotas, other keys of its legs, fingerprint, request id, catalog version or
    -1 (any), then the legs, each its kind and what that kind says; where it says "so many", a number of what follows (of
    candidates 1..16, of prices 1..1000, of attributes 0..16, of all else 1..64 unless said):
      card      true = untold: every refusal is unknown, at the same cost; so many ids of the candidates; states allowed (of
                aifv); refuse when expired; sign -1|0|1; who spends '*' anyone|'='account|'=' nobody (a card with an owner
                is his); so many prices, type and amount: -1 = at another price than the caller expects, -2 (debits only)
                = what it has, up to what its next list of dues asks for; false, or true and number|'', balance
                expected|-1, state to set (of aifv)|'', expiry to set ms|0 = never|-1, set aside '+' = the amount|n = no
                longer|'', owner to set|''                                       keys: the candidates
      new_card  api id, number, type, amount, state (of aifv), expires ms|0      key:  card
      stock     delta, opens ms|0, closes ms|0                                   key:  item
      codes     n, 1..1000                                                       key:  pool
      codes_add so many codes, 1..1000                                           key:  pool
      account   asset, sign -1|0|1, amount, -2 as above, refuse when frozen, refuse when unverified, frozen to set 0|1|'',
                verified to set 0|1|'', set aside as above, lots: of a debit the tags it takes from, 'a,b' in that order|''
                the first to expire; of a credit those to add, 'expires ms|0:tag:amount;…'|'' no lots; so many attributes
                expected, name and value ('' = none); so many to set likewise         key: account
      due       so many amounts; so many payers, each so many places of the amounts it may pay, in order
      paid      true = what was not paid remains; closes the dues
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
  Units and counters that several transactions of a call move are written once, at its end.
  Cost: O(values packed). Clock: Redis TIME. Safe to retry with the same idempotency key.

  A function of Redis, not a script: what is defined here is made once, where a script would make it with every call. Lists
  keep what a call left in them, behind the count up to which they are valid; all other variables but those of the keys that
  were met are set anew by the next call.
]]
-- @include integer
-- @include printed
-- @include fence

-- Redis has nothing of its own or of Lua's libraries to give while functions are defined; a call begins by taking them.
local call, find, sub, concat, to_number
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
local n, wholes, values, spoilt
local posted_ttl, refused_ttl, entries_left, posted_till
local first, seq, catalog, catalog_version, now, head
local replied, entered
-- Lists that serve one call after the other: made anew they would grow step by step with each.
local packed, lasts, absent, reply, entry = {}, {}, {}, {}, {}

-- State of the transaction under check: cursors into KEYS and into what is packed, and what is to be paid: amounts asked for and
-- left, and which of them each payer may pay.
local whole_at, key_at, at
local asked, left, payers
local DRAWN = -2

local function malformed(what)
  error('packed value ' .. at - 1 .. ': ' .. what, 0)
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

-- Numbers and their texts: prices, usual balances and a counter's first values come again and again, and a look at a table
-- costs less than reading or printing one. Forgotten when they have become many.
local texts_of, numbers_of, remembered = {}, {}, 0
local function remember(value, s)
  if remembered >= 1000 then
    texts_of, numbers_of, remembered = {}, {}, 0
  end
  remembered = remembered + 1
  texts_of[value], numbers_of[s] = s, value
end

-- Printed of what may come again.
local function text_of(value)
  local s = texts_of[value]
  if not s then
    s = printed(value)
    remember(value, s)
  end
  return s
end

local function stored_integer(s)
  local value = numbers_of[s]
  if not value then
    value = (s == '0' or find(s, '^%-?[1-9]%d*$')) and to_number(s)
    if not value or value > MAX or value < -MAX then
      malformed('a stored value is not an integer')
    end
    remember(value, s)
  end
  return value
end

-- No key twice in a transaction: two legs would each see the value before the other. Legs of one account keep to fields
-- of their own, and are the only ones on its key, which is met as shared. What was met tells in which transaction, a
-- whole number, half of one more where it is shared; it is forgotten when it has become much.
local SHARED = 0.5
local met, met_keys, posting = {}, 0, 0
local function claim(place)
  local before = met[place]
  if before and before >= posting then
    malformed('its key stands in two legs')
  end
  met[place] = posting
end

local function next_key()
  local place = key_at + 1
  local key = KEYS[place]
  key_at = place
  claim(key)
  return key
end

local function next_field(field)
  key_at = key_at + 1
  local key = KEYS[key_at]
  claim(#key .. ':' .. key .. field)
  if met[key] ~= posting + SHARED then
    claim(key)
    met[key] = posting + SHARED
  end
  return key
end

-- What the transaction would write, and what its legs came to. The tables serve one transaction after the other.
local commands, plan, planned, results, told = {}, {}, 0, {}, 0
local function write(command, key, field, value)
  local list, last = plan, planned
  list[last + 1] = command
  list[last + 2] = key
  list[last + 3] = field
  list[last + 4] = value or false
  planned = last + 4
end

-- Numbers that several transactions of a call may move, each in a slot; the last is written once, when the call is over:
-- a counter until its time, or where there is no time the units of an item.
local slots, places, numbers, texts, untils, placed = {}, {}, {}, {}, {}, 0
local moves, moving = {}, 0
local function slot_of(key, value)
  local slot = placed + 1
  places[slot] = key
  numbers[slot] = value
  texts[slot] = false
  placed = slot
  -- Last, so that a call that is killed leaves no slot that the next one does not empty.
  slots[key] = slot
  return slot
end

local function empty_slots()
  for slot = 1, placed do
    slots[places[slot]] = nil
  end
  placed = 0
end

local function move(slot, after, text, till)
  local list, last = moves, moving
  list[last + 1] = slot
  list[last + 2] = after
  list[last + 3] = text
  list[last + 4] = till
  moving = last + 4
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

local function refusal(one, code, name, most, used, resets)
  if not find(one[6], '^%w*$') then
    malformed('a request id holds a character that JSON would have to escape')
  end
  return '[' .. code .. ',"' .. one[6] .. '","' .. (name or '') .. '",' .. (most or '0') .. ',' .. (used or '0') .. ','
    .. (resets or '0') .. ']', code
end

-- Everything that may raise happens here; a refusal or an error leaves what is planned unused. Returns the text of the
-- refusal and its code, or none.
local function check(one, last, last_whole, last_key)
  local version, kinds, came_to, legs_told = one[7], legs, results, 0
  at = 8
  if #(one[5] .. '') ~= 16 or last < at or version < -1 then
    malformed('of a malformed header')
  elseif entries_left <= 0 then
    return refusal(one, JOURNAL_FULL)
  elseif version ~= -1 and version ~= catalog_version then
    return refusal(one, CATALOG_CHANGED)
  end
  while at <= last do
    local kind = kinds[one[at]]
    if not kind then
      malformed('of no known kind')
    end
    local code, name, most, used, resets = kind(one, at)
    if not code then
      legs_told = legs_told + 1
      came_to[legs_told] = name
    elseif at <= last + 1 then
      return refusal(one, code, name, most, used, resets)
    end
  end
  if at ~= last + 1 or whole_at ~= last_whole or key_at ~= last_key then
    malformed('the legs do not span the values and keys of the transaction')
  elseif asked then
    malformed('the dues are not closed')
  end
  told = legs_told
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
  list = moves
  for i = 1, moving, 4 do
    local slot = list[i]
    numbers[slot] = list[i + 1]
    texts[slot] = list[i + 2]
    untils[slot] = list[i + 3]
  end
  seq = seq + 1
  local sequence = printed(seq)
  record(record_key, fingerprint .. 'P' .. sequence, posted_till)
  local pairs, last = entry, entered
  pairs[last + 1] = 'd'
  pairs[last + 2] = data
  pairs[last + 3] = 'r'
  pairs[last + 4] = result
  entered = last + 4
  return sequence
end

local function post(one, last, data, record_key, known)
  local fingerprint, preview = one[5], data == '' or data == '?'
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
  posting, planned, moving = posting + 1, 0, 0
  if commands[1] then
    commands = {}
  end
  asked, left, payers = nil, nil, nil
  local fine, refused, code = pcall(check, one, last, whole_at + one[3], key_at + one[4])
  if not fine then
    return answer('faulty', '', type(refused) == 'table' and refused.err or tostring(refused))
  elseif refused then
    if PINNED[code] and not preview then
      record(record_key, fingerprint .. 'R' .. refused, printed(now + refused_ttl))
    end
    return answer('refused', '', refused)
  end
  local result = head .. concat(results, '],[', 1, told) .. ']]}'
  if preview then
    return answer('previewed', '', result)
  end
  answer('posted', commit(record_key, fingerprint, data, result), result)
end

-- The values of a transaction behind the place at which it goes on, which is -1: at its end. So many are taken at a time
-- since all that are taken lie on Lua's stack, which is bounded. Returns them and the place of the last, or none where
-- they are not as many as is said first.
local PIECE = 1000
local function said_of(text)
  local said = { cmsgpack.unpack_limit(text, PIECE, 0) }
  local last, taken = said[2] + 2, PIECE
  while said[1] ~= -1 do
    local piece = { cmsgpack.unpack_limit(text, PIECE, said[1]) }
    said[1] = piece[1]
    for i = 2, PIECE + 1 do
      said[taken + i] = piece[i]
    end
    taken = taken + PIECE
  end
  if said[last] ~= nil and said[last + 1] == nil then
    return said, last
  end
end

-- What is packed must span the call exactly before anything is touched.
local function unpacked()
  local args, ones, ends, others = ARGV, packed, lasts, 0
  n, wholes = (#args - 6) / 2, 0
  for i = 1, n do
    local one, last = said_of(args[5 + 2 * i])
    local counters, keys = one[3], one[4]
    if counters < 0 or counters % 1 ~= 0 or keys < 0 then
      return false
    end
    ones[i] = one
    ends[i] = last
    wholes = wholes + 1 + counters
    others = others + keys
  end
  return n >= 1 and n <= 1000 and n % 1 == 0 and wholes <= 7000 and wholes == integer(args[6])
      and 2 + wholes + others == #KEYS
end

local function begin(keys, args)
  call, find, sub, concat, to_number = redis.call, string.find, string.sub, table.concat, tonumber
  KEYS, ARGV, posted_ttl, refused_ttl = keys, args, integer(args[4]), integer(args[5])
  met_keys = met_keys + #keys
  if met_keys > 4096 then
    met, met_keys = {}, #keys
  end
  empty_slots()
  local sound, spans = pcall(unpacked)
  return sound and spans and integer(args[2]) and tonumber(args[3]) and (posted_ttl or 0) >= 1 and (refused_ttl or 0) >= 1
end

-- Whether the cell is the one that the caller knows, and a post to it can be journaled.
local function warm(meta, journal)
  seq, catalog = fence(meta, ARGV[1], ARGV[2])
  if not seq then
    return false
  end
  -- An entry beyond the cell's sequence means that someone else wrote here: XADD would fail after the legs were written.
  local beyond = redis.pcall('XRANGE', journal, '(' .. printed(seq) .. '-0', '+', 'COUNT', '1')
  if beyond.err or #beyond > 0 or seq + n > MAX then
    return false
  end
  local entries = call('XLEN', journal)
  entries_left = tonumber(ARGV[3]) - entries
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
  first, head, posted_till = seq + 1, '{"at":' .. printed(now) .. ',"legs":[[', printed(now + posted_ttl)
  catalog_version = integer(catalog or '0')
  reply[1], replied, entered, written = catalog or '0', 1, 0, {}
  local w, k = 3, 2 + wholes
  for i = 1, n do
    local one, record_key = packed[i], KEYS[w]
    whole_at, key_at = w, k
    post(one, lasts[i], ARGV[6 + 2 * i], record_key, written[record_key] or values[w - 2])
    w, k = w + 1 + one[3], k + one[4]
  end
  reply[replied + 1] = nil
end

local function write_numbers()
  local last, last_text
  for slot = 1, placed do
    local key, text, till = places[slot], texts[slot], untils[slot]
    if text and not till then
      call('HSET', key, 'u', text)
    elseif text and till == 0 then
      call('SET', key, text)
    elseif text then
      -- Counters of one day have one time.
      if till ~= last then
        last, last_text = till, printed(till)
      end
      call('SET', key, text, 'PXAT', last_text)
    end
  end
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
