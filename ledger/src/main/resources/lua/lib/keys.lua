--[[ The keys of a transaction's legs: none twice, since two legs would each see the value before the other. Legs of one account
  keep to fields of their own, and are the only ones on its key, which is met as shared. What was met tells in which
  transaction, a whole number, half of one more where it is shared; it is forgotten when it has become much.
  Numbers that several transactions of a call may move lie in slots, each with its text, or false where none has moved it: a
  counter and its time, or the units of an item, which have none: false. Each is met in its slot, and written once, when the call is over. What it was
  before the transaction that met it last is put back where that is not posted. ]]
local SHARED = 0.5
local met, met_keys, posting = {}, 0, 0
local slots, places, placed, slot_met = {}, {}, 0, {}
local function claim(place)
  local before, slot = met[place], slots[place]
  if before and before >= posting or slot and slot_met[slot] == posting then
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

local numbers, texts, untils, numbers_before, texts_before, untils_before = {}, {}, {}, {}, {}, {}
local function slot_of(key, value, till)
  local slot = placed + 1
  places[slot] = key
  numbers[slot] = value
  texts[slot] = false
  untils[slot] = till
  slot_met[slot] = 0
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

-- Its number, and until when it counts.
local function claim_slot(slot, key)
  local before, value, till = met[key], numbers[slot], untils[slot]
  if slot_met[slot] == posting or before and before >= posting then
    malformed('its key stands in two legs')
  end
  slot_met[slot] = posting
  numbers_before[slot] = value
  texts_before[slot] = texts[slot]
  untils_before[slot] = till
  return value, till
end

local function put_back(first, last)
  for key = first, last do
    local slot = slots[KEYS[key]]
    if slot and slot_met[slot] == posting then
      numbers[slot] = numbers_before[slot]
      texts[slot] = texts_before[slot]
      untils[slot] = untils_before[slot]
    end
  end
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
