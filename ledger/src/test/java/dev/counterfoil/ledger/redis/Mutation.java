package dev.counterfoil.ledger.redis;

import java.util.List;

/**
 * One deliberate defect of post.lua: a check removed, an operator flipped.
 *
 * @param from stands exactly once in the script's text, includes put in
 */
record Mutation(String what, String from, String to) {
    /** The text with the defect. */
    String in(String text) {
        int at = text.indexOf(from);
        if (at < 0 || text.indexOf(from, at + 1) >= 0) {
            throw new IllegalStateException("mutation \"" + what + "\": its text stands "
                    + (at < 0 ? "nowhere" : "twice") + " in post.lua (expected: exactly once): " + from);
        }
        return text.substring(0, at) + to + text.substring(at + from.length());
    }

    /** All of them, in the order of the script. A new check in the script gets its mutation here. */
    static final List<Mutation> ALL = List.of(
            // lib
            new Mutation(
                    "integer takes any form of a number",
                    "not (s == '0' or string.find(s, '^%-?[1-9]%d*$'))",
                    "not tonumber(s)"),
            new Mutation("integer knows no upper bound", "n > 9007199254740991 or n <", "n <"),
            new Mutation("printed prints exponents", "return format(whole_format, n)", "return tostring(n)"),
            new Mutation("fence: any epoch", "state[1] ~= epoch or not seq", "not seq"),
            new Mutation("fence: any history", "not seq or seq < tonumber(floor)", "not seq"),
            // the call
            new Mutation("what is packed need not span the call", " and 2 + wholes + others == #KEYS", ""),
            new Mutation("values that are not said to be", " and wholes == list[8]", ""),
            new Mutation("what is packed is cut off", "while said[1] ~= -1 do", "while false do"),
            new Mutation(
                    "of a further piece the first is left out", "for i = 2, PIECE + 1 do", "for i = 3, PIECE + 1 do"),
            new Mutation("values of the call before", "  empty_slots()\n  local sound", "  local sound"),
            new Mutation("what cannot be unpacked escapes", "pcall(spans)", "true, spans()"),
            new Mutation("more values than the transactions have", "place == list[2] + 3 and", ""),
            new Mutation("a floor of any form", "number(list[4], 0, MAX) and", ""),
            new Mutation("a journal's limit of any form", "number(list[5], 0, MAX) and", ""),
            new Mutation("records that live for 0 ms", "number(posted_ttl, 1, MAX) and", ""),
            new Mutation("refusals that live for 0 ms", " and number(refused_ttl, 1, MAX)", ""),
            new Mutation("a journal that someone else wrote to", "or #beyond > 0 or", "or"),
            new Mutation("a journal of another type", "if beyond.err or #beyond", "if #beyond"),
            new Mutation("a journal that is gone", "return entries > 0 or call('EXISTS', journal) == 1", "return true"),
            new Mutation("more transactions than an entry holds", "n <= 1000 and", ""),
            new Mutation("more values than said", "return said[last + 1] == nil and said", "return said"),
            new Mutation(
                    "a shape for which others are forgotten is lost",
                    "shapes, shaped = {}, #text",
                    "said, shaped = nil, #text"),
            // arguments and stored values
            new Mutation("arguments out of their range", "if value < least or value > most or value %", "if value %"),
            new Mutation("arguments with a fraction", " or value % 1 ~= 0 then", " then"),
            new Mutation("neither true nor false", "if value ~= true and value ~= false then", "if false then"),
            new Mutation("one key in two legs", "if before and before >= posting or slot and", "if slot and"),
            new Mutation("one key in a leg behind units", "posting or slot and slot_met[slot] == posting", "posting"),
            new Mutation("units behind a leg on one key", "slot_met[slot] == posting or before and", "false and"),
            new Mutation("units twice", "if slot_met[slot] == posting or before", "if before"),
            new Mutation(
                    "stored values of any form",
                    "value = (s == '0' or find(s, '^%-?[1-9]%d*$')) and to_number(s)",
                    "value = to_number(s)"),
            new Mutation("stored values beyond the bound", "or value > MAX or value < -MAX then", "then"),
            new Mutation("two letters for a state", "if #s ~= 1 or not", "if not"),
            new Mutation("words that break JSON", "if not find(s, '^[%w%-_%.:]*$') then", "if false then"),
            // card
            new Mutation("card: the last candidate", "if read[1] and not key then", "if read[1] then"),
            new Mutation(
                    "card: any word for who spends", "if by ~= '*' and sub(by, 1, 1) ~= '=' then", "if false then"),
            new Mutation("card: what is untold is told", "if refusal and untold then", "if false then"),
            new Mutation(
                    "card: any number", "if not card or (called ~= '' and called ~= card[6]) then", "if not card then"),
            new Mutation(
                    "card: any state", "if states ~= state and not find(states, state, 1, true) then", "if false then"),
            new Mutation("card: of several states none", "and not find(states, state, 1, true) then", "then"),
            new Mutation(
                    "card: a stored state of any form",
                    "BY_STATE[state] or malformed('a stored state is none')",
                    "BY_STATE[state]"),
            new Mutation("card: void for frozen", "v = CARD_VOID, f = CARD_FROZEN", "v = CARD_FROZEN, f = CARD_VOID"),
            new Mutation("card: expiry refused though allowed", "elseif expires and card[4] and", "elseif card[4] and"),
            new Mutation("card: expiry is never refused", "elseif expires and card[4] and", "elseif false and"),
            new Mutation(
                    "card: spendable at the moment of its expiry",
                    "stored_integer(card[4]) <= now",
                    "stored_integer(card[4]) < now"),
            new Mutation("card: words that break JSON", "if #encode(text) ~= #text + 12 then", "if false then"),
            new Mutation("card: any type", "elseif not amount then", "elseif false then"),
            new Mutation("card: any price", "elseif amount == -1 then\n    refusal", "elseif false then\n    refusal"),
            new Mutation("card: not to the last unit", "and balance < amount", "and balance <= amount"),
            new Mutation("card: below zero", "elseif sign < 0 and balance < amount then", "elseif false then"),
            new Mutation("card: a credit needs a balance", "elseif sign < 0 and balance", "elseif balance"),
            new Mutation(
                    "card: any balance before",
                    "elseif expected ~= -1 and expected ~= balance then",
                    "elseif false then"),
            new Mutation(
                    "card: a credit debits",
                    "local after = balance + sign * amount\n  if after > MAX then\n    return BALANCE_LIMIT, '', printed(amount), card",
                    "local after = balance - amount\n  if after > MAX then\n    return BALANCE_LIMIT, '', printed(amount), card"),
            new Mutation(
                    "card: past the bound",
                    "if after > MAX then\n    return BALANCE_LIMIT, '', printed(amount), card",
                    "if false then\n    return BALANCE_LIMIT, '', printed(amount), card"),
            new Mutation("card: only debits are written", "if sign ~= 0 then", "if sign < 0 then"),
            new Mutation(
                    "card: the state is not set",
                    "elseif set ~= '' then\n    write('HSET', key, 's', set)",
                    "elseif false then"),
            new Mutation("card: active is written out", "write('HDEL', key, 's')", "write('HSET', key, 's', 'a')"),
            new Mutation("card: an expiry of any form", "number(said[at + 4], -1, MAX)", "said[at + 4]"),
            new Mutation("card: the expiry is not set", "elseif lasts > 0 then", "elseif false then"),
            new Mutation("card: for ever is written out", "if lasts == 0 then", "if false then"),
            new Mutation("card: a new expiry is not told", "more = ',' .. printed(lasts)", "more = ''"),
            // new_card
            new Mutation("new_card: over an existing one", "if call('EXISTS', key) == 1 then", "if false then"),
            new Mutation("new_card: always active", "if state ~= 'a' then", "if false then"),
            new Mutation(
                    "new_card: never expires", "  if expires > 0 then\n    command[", "  if false then\n    command["),
            // stock
            new Mutation("stock: before the opening", "if opens > 0 and now < opens then", "if false then"),
            new Mutation("stock: not yet at the opening", "now < opens", "now <= opens"),
            new Mutation("stock: after the close", "elseif closes > 0 and now >= closes then", "elseif false then"),
            new Mutation("stock: still at the close", "now >= closes", "now > closes"),
            new Mutation("stock: oversold", "if delta < 0 and after < 0 then", "if false then"),
            new Mutation(
                    "stock: not to the last unit",
                    "if delta < 0 and after < 0 then",
                    "if delta < 0 and after <= 0 then"),
            new Mutation("stock: past the bound", "elseif after > MAX then", "elseif false then"),
            new Mutation("stock: only sales are written", "if delta ~= 0 then", "if delta < 0 then"),
            // codes
            new Mutation("codes: fewer than asked for", "if #codes < count then", "if #codes < 1 then"),
            new Mutation("codes: given twice", "write('LPOP', key, printed(count))", ""),
            new Mutation(
                    "codes: others than those told",
                    "write('LPOP', key, printed(count))",
                    "write('RPOP', key, printed(count))"),
            new Mutation("codes: one more is told", "printed(count - 1)", "printed(count)"),
            new Mutation("codes_add: before the others", "{ 'RPUSH', key }", "{ 'LPUSH', key }"),
            new Mutation("codes_add: the size before", "printed(size + count)", "printed(size)"),
            // account
            new Mutation("account: not to the last unit", "and has < amount", "and has <= amount"),
            new Mutation("account: below zero", "elseif sign < 0 and has < amount then", "elseif false then"),
            new Mutation("account: a credit needs a balance", "elseif sign < 0 and has", "elseif has"),
            new Mutation(
                    "account: past the bound",
                    "if after > MAX then\n    return BALANCE_LIMIT, '', printed(amount), printed(balance)",
                    "if false then\n    return BALANCE_LIMIT, '', printed(amount), printed(balance)"),
            new Mutation("account: a frozen one pays", "if refuse_frozen and account[2] then", "if false then"),
            new Mutation("account: frozen refused though allowed", "if refuse_frozen and account[2]", "if account[2]"),
            new Mutation(
                    "account: an unverified one pays",
                    "elseif refuse_unverified and not account[3] then",
                    "elseif false then"),
            new Mutation(
                    "account: unverified refused though allowed", "elseif refuse_unverified and not", "elseif not"),
            new Mutation("account: any asset", "local field = 'b:' .. asset", "local field = 'b:CNY'"),
            new Mutation(
                    "account: only debits are written",
                    "if sign ~= 0 and (amount > 0 or lots) then",
                    "if sign < 0 then"),
            new Mutation(
                    "account: nothing is written out",
                    "if sign ~= 0 and (amount > 0 or lots) then",
                    "if sign ~= 0 then"),
            new Mutation("account: it is not frozen", "set_flag(key, 'f', freeze)", ""),
            new Mutation("account: it is not verified", "set_flag(key, 'v', verify)", ""),
            new Mutation("account: a flag stays up", "elseif value == '0' then", "elseif false then"),
            new Mutation(
                    "account: two legs on one balance",
                    "claim(#key .. ':' .. key .. field)\n  if met[key]",
                    "if met[key]"),
            new Mutation("account: another leg on its key", "if met[key] ~= posting + SHARED then", "if false then"),
            new Mutation(
                    "account: a later leg on its key",
                    "if before and before >= posting or slot",
                    "if before == posting or slot"),
            new Mutation("account: units on its key", "before and before >= posting then", "before == posting then"),
            new Mutation("account: two legs on one flag", "    claim(#key .. ':' .. key .. field)\n  end", "  end"),
            new Mutation("account: flags of any form", "if s ~= '' and s ~= '0' and s ~= '1' then", "if false then"),
            // owners
            new Mutation(
                    "card: anybody spends an owned one", "elseif by ~= '*' and card[7]", "elseif false and card[7]"),
            new Mutation("card: nobody in particular is refused", "elseif by ~= '*' and card[7]", "elseif card[7]"),
            new Mutation("card: it is given to nobody", "if owner ~= '' then", "if false then"),
            // set aside
            new Mutation("aside: it is not", "keeps ~= '' and keep(key, 'h', keeps", "false and keep(key, 'h', keeps"),
            new Mutation("aside: more than there is", "if before - less < 0 then", "if false then"),
            new Mutation("aside: past the bound", "elseif before - less > MAX then", "elseif false then"),
            new Mutation("aside: below nothing", "number(keeps, 0, MAX)", "number(keeps, -MAX, MAX)"),
            new Mutation("aside: nothing is written out", "elseif before == less then", "elseif false then"),
            new Mutation("aside: the same of every asset", "keep(key, 'h:' .. asset, keeps", "keep(key, 'h:', keeps"),
            // attributes and what is expected of a counter
            new Mutation("account: any attributes", "elseif unexpected then", "elseif false then"),
            new Mutation("account: the last attribute alone", "~= said[at + 2] or unexpected", "~= said[at + 2]"),
            new Mutation(
                    "account: attributes stay",
                    "    write('HDEL', key, field)\n  else\n    write('HSET', key, field, value)",
                    "    write('HDEL', key, field)\n  else"),
            new Mutation(
                    "account: none is written out",
                    "  if value == '' then\n    write('HDEL', key, field)",
                    "  if false then\n    write('HDEL', key, field)"),
            new Mutation(
                    "account: one attribute twice",
                    "  claim(#key .. ':' .. key .. field)\n  if value == ''",
                    "  if value == ''"),
            new Mutation("quota: whatever was used", "if expected ~= -1 and expected ~= used then", "if false then"),
            // lots
            new Mutation("lots: of nothing", "or lot[3] == 0 or sum", "or sum"),
            new Mutation("lots: the rest of a text is not read", "if spelt ~= #text then", "if false then"),
            new Mutation("lots: they are not the balance", "if had ~= balance then", "if false then"),
            new Mutation("lots: none ever lapses", "lots[1][1] > 0 and lots[1][1] <= now", "false"),
            new Mutation("lots: spent at the moment of their expiry", "lots[1][1] <= now", "lots[1][1] < now"),
            new Mutation("lots: those that never expire lapse", "lots[1][1] > 0 and lots[1][1]", "lots[1][1]"),
            new Mutation("lots: like ones stay apart", "if lot[1] == expires and lot[2] == tag then", "if false then"),
            new Mutation("lots: the last to come first", "      place = i + 1\n", ""),
            new Mutation(
                    "lots: those that never expire first", "(expires == 0 or lot[1] <= expires)", "lot[1] <= expires"),
            new Mutation("lots: of any tag", "(not tag or lot[2] == tag) and", ""),
            new Mutation("lots: an empty one stays", "if lots[i][3] == 0 then", "if false then"),
            new Mutation("lots: all can be spent", "if tags == '' or find", "if true or find"),
            new Mutation("lots: others than what is credited", "if sum ~= amount then", "if false then"),
            new Mutation("lots: without end", "if #lots > most_lots then", "if false then"),
            new Mutation("lots: what lapsed stays", "balance = balance - lapsed", ""),
            new Mutation("lots: none left is written out", "if text == '' then", "if false then"),
            // holds
            new Mutation("hold: it is not kept", "write('ZADD', holds, printed(now + lasts), printed(seq + 1))", ""),
            new Mutation("hold: it lasts no time", "printed(now + lasts)", "printed(now)"),
            new Mutation("hold: the one before is held", "printed(seq + 1))\n  return", "printed(seq))\n  return"),
            new Mutation("hold: a key of another type", "call('ZCARD', holds)", ""),
            new Mutation("close: what is not held", "if not deadline then", "if false then"),
            new Mutation("close: captured after its deadline", "if closing == 'c' and now >=", "if false and now >="),
            new Mutation(
                    "close: captured at its deadline",
                    "now >= stored_integer(deadline)",
                    "now > stored_integer(deadline)"),
            new Mutation(
                    "close: lapsed before its deadline", "elseif closing == 'x' and now <", "elseif false and now <"),
            new Mutation(
                    "close: not yet lapsed at its deadline",
                    "now < stored_integer(deadline)",
                    "now <= stored_integer(deadline)"),
            new Mutation("close: it stays open", "write('ZREM', holds, of)", ""),
            new Mutation("follow: a count that is forgotten too soon", "if expires < till then", "if false then"),
            new Mutation("follow: before its window", "now < from or now >= till", "now >= till"),
            new Mutation("follow: after its window", "now < from or now >= till", "now < from"),
            new Mutation("follow: still at the window's end", "or now >= till then", "or now > till then"),
            new Mutation(
                    "follow: no hold need be open",
                    "local refusal = holds and close(holds, of, closing)",
                    "local refusal = nil"),
            new Mutation(
                    "follow: whatever was counted",
                    "if counted and stored_integer(counted[part])",
                    "if false and stored_integer(counted[part])"),
            new Mutation(
                    "follow: a lapsed count is expected", "call('EXISTS', key) == 1 and call('HMGET'", "call('HMGET'"),
            new Mutation(
                    "follow: more than the whole",
                    "elseif before[part] + deltas[part] > most[part] then",
                    "elseif false then"),
            new Mutation("follow: not up to the whole", "deltas[part] > most[part]", "deltas[part] >= most[part]"),
            new Mutation(
                    "follow: nothing is counted",
                    "after[part] = printed(before[part] + deltas[part])",
                    "after[part] = printed(before[part])"),
            new Mutation("follow: the count never goes", "write('PEXPIREAT', key, printed(expires))", ""),
            new Mutation("follow: one part twice", "    claim(#key .. ':' .. key .. names[part])\n", ""),
            // dues
            new Mutation("dues: a payer is paid", "if sign ~= -1 then\n    malformed", "if false then\n    malformed"),
            new Mutation("dues: a payer gives all it has", "math.min(balance - given, left[place])", "balance - given"),
            new Mutation("dues: a payer gives what it has not", "math.min(balance - given, left", "math.min(MAX, left"),
            new Mutation("dues: paid again by the next", "left[place] = left[place] - part", ""),
            new Mutation("dues: every payer pays for the first", "table.remove(payers, 1)", "payers[1]"),
            new Mutation(
                    "dues: one list beside another",
                    "if asked then\n    malformed('a transaction",
                    "if false then\n    malformed('a transaction"),
            new Mutation("dues: a payer is missing", "if not asked or #payers > 0 then", "if not asked then"),
            new Mutation("dues: a rest is let go", "if left[place] > 0 and not may_remain then", "if false then"),
            new Mutation(
                    "dues: a rest is refused though allowed",
                    "if left[place] > 0 and not may_remain then",
                    "if left[place] > 0 then"),
            new Mutation("dues: paid with nothing", "if given == 0 and not may_be_nothing then", "if false then"),
            new Mutation(
                    "dues: nothing is refused though allowed",
                    "if given == 0 and not may_be_nothing then",
                    "if given == 0 then"),
            new Mutation("dues: never closed", "elseif asked then", "elseif false then"),
            new Mutation(
                    "a preview writes",
                    "local fingerprint, preview = packed[header + 3], data == '' or data == '?'",
                    "local fingerprint, preview = packed[header + 3], false"),
            new Mutation("a preview posts", "if preview then", "if false then"),
            new Mutation("a preview looks for a record", "elseif known and data ~= '' then", "elseif known then"),
            new Mutation("a preview pins", "if PINNED[code] and not preview then", "if PINNED[code] then"),
            // quota
            new Mutation("quota: before its window", "now < from or (till", "(till"),
            new Mutation("quota: not yet at its window", "now < from or (till", "now <= from or (till"),
            new Mutation("quota: after its window", "(till > 0 and now >= till)", "false"),
            new Mutation("quota: still at the window's end", "till > 0 and now >= till", "till > 0 and now > till"),
            new Mutation("quota: numbers of any size", "delta < -MAX or delta > MAX or most < 0 or most > MAX or", ""),
            new Mutation("quota: times of any size", "or expires < 0 or expires > MAX\n", "\n"),
            new Mutation("quota: a fraction is counted", "delta % 1 ~= 0 or most", "most"),
            new Mutation("quota: a limit with a fraction", "or most % 1 ~= 0 or", "or"),
            new Mutation("quota: times with a fraction", " or expires % 1 ~= 0 then", " then"),
            new Mutation("quota: past the limit", "if delta > 0 and after > most then", "if false then"),
            new Mutation(
                    "quota: not up to the limit",
                    "if delta > 0 and after > most then",
                    "if delta > 0 and after >= most then"),
            new Mutation(
                    "quota: nothing returns above the limit",
                    "if delta > 0 and after > most then",
                    "if after > most then"),
            new Mutation("quota: always clamped", "if not clamp then\n      return", "if false then\n      return"),
            new Mutation("quota: a lowered limit takes back", "after = math.max(used, most)", "after = most"),
            new Mutation("quota: below zero", "elseif after < 0 then", "elseif false then"),
            // the transaction
            new Mutation(
                    "legs need not span the transaction",
                    "if at ~= last + 1 or own_at ~= last_own or whole_at ~= last_whole or key_at ~= last_key then",
                    "if false then"),
            new Mutation("values of its own need not be taken", "own_at ~= last_own or ", ""),
            new Mutation("a record of another type", "if spoilt[record_key] then", "if false then"),
            new Mutation("a counter of another type", "elseif spoilt[key] then", "elseif false then"),
            new Mutation("no look at the key's record", "elseif known and data ~= '' then", "elseif false then"),
            new Mutation("any request under a key", "if sub(known, 1, 16) ~= fingerprint then", "if false then"),
            new Mutation("refused by what is not there", "elseif at <= last + 1 then", "else"),
            new Mutation(
                    "what a leg came to is told of the one before",
                    "came_to[pieces + 1] = name",
                    "came_to[pieces - 1] = name"),
            new Mutation("what the legs came to has no end", "came_to[pieces] = ']]}'", ""),
            new Mutation("fingerprints of any length", "#(list[first + 3] .. '') ~= 16 or", ""),
            new Mutation("fingerprints that are lists", "#(list[first + 3] .. '')", "#list[first + 3]"),
            new Mutation("request ids that break JSON", "if not find(request, '^%w*$') then", "if false then"),
            new Mutation("a full journal grows", "elseif entries_left <= 0 then", "elseif false then"),
            new Mutation(
                    "a full journal grows by one", "elseif entries_left <= 0 then", "elseif entries_left < 0 then"),
            new Mutation(
                    "any catalog", "elseif version ~= -1 and version ~= catalog_version then", "elseif false then"),
            new Mutation("errors of the checks escape", "pcall(check)", "true, check()"),
            new Mutation("every refusal is pinned", "if PINNED[code] and", "if true and"),
            new Mutation("no refusal is pinned", "if PINNED[code] and", "if false and"),
            new Mutation("a closed sale is not pinned", "[SALE_CLOSED] = true, ", ""),
            new Mutation(
                    "refusals live as long as answers",
                    "'R' .. problem, printed(now + refused_ttl))",
                    "'R' .. problem, posted_till)"),
            new Mutation("the first write is left out", "for i = 1, planned, 4 do", "for i = 5, planned, 4 do"),
            new Mutation("the first long write is left out", "for i = 1, #commands do", "for i = 2, #commands do"),
            new Mutation(
                    "writes of one transaction go with the next", "if commands[1] then\n    commands = {}\n  end", ""),
            new Mutation(
                    "what a faulty one moved stays",
                    "if problem or preview then",
                    "if fine and problem or preview then"),
            new Mutation("what a refused one moved stays", "if problem or preview then", "if not fine or preview then"),
            new Mutation("what a preview moved stays", "if problem or preview then", "if problem then"),
            new Mutation("counters are not put back", "put_back(first_whole + 1, whole_at)", ""),
            new Mutation("units are not put back", "put_back(first_key + 1, key_at)", ""),
            new Mutation(
                    "what one did not meet is put back",
                    "if slot and slot_met[slot] == posting then\n      numbers",
                    "if slot then\n      numbers"),
            new Mutation(
                    "counters of the next one are not put back",
                    "put_back(first_whole + 1, whole_at)",
                    "put_back(first_whole + 1, first_whole + packed[header + 1])"),
            new Mutation(
                    "units of the next one are not put back",
                    "put_back(first_key + 1, key_at)",
                    "put_back(first_key + 1, first_key + packed[header + 2])"),
            new Mutation("units of a counter", "  if till then\n    malformed", "  if false then\n    malformed"),
            new Mutation("a counter of units", "if not counts_until then", "if false then"),
            new Mutation(
                    "units twice, the second not open",
                    "    claim(key)\n    return SALE_NOT_OPEN",
                    "    return SALE_NOT_OPEN"),
            new Mutation(
                    "units twice, the second closed",
                    "    claim(key)\n    return SALE_CLOSED",
                    "    return SALE_CLOSED"),
            new Mutation(
                    "a counter twice, the second stale",
                    "    claim(key)\n    return STALE_DAY",
                    "    return STALE_DAY"),
            new Mutation("put back: the number", "numbers[slot] = numbers_before[slot]", ""),
            new Mutation("put back: whether it is written", "texts[slot] = texts_before[slot]", ""),
            new Mutation("put back: until when it counts", "untils[slot] = untils_before[slot]", ""),
            new Mutation("a count with a zero too few", "digits < 10 and '0' or ''", "''"),
            new Mutation("a count without its first digits", "text_of((value - last) / 100) .. LAST", "LAST"),
            new Mutation(
                    "the first number is left out",
                    "for slot = 1, placed do\n    local key",
                    "for slot = 2, placed do\n    local key"),
            new Mutation("a record of this call is not seen", "written[key] = value", ""),
            new Mutation("counters of two days in a call have one time", "if till ~= last then", "if not last then"),
            new Mutation(
                    "quota: a counter whose time is over stays",
                    "expires > 0 and expires <= now and 0 or after",
                    "after"),
            new Mutation("quota: it is not kept until its time", "elseif text and till == 0 then", "elseif text then"),
            new Mutation("sequences with gaps", "seq = seq + 1", "seq = seq + 2"),
            new Mutation(
                    "posted without a record", "record(record_key, fingerprint .. 'P' .. sequence, posted_till)", ""),
            new Mutation("the sequence is not kept", "call('HSET', meta, 'seq', printed(seq))", ""),
            new Mutation(
                    "posted without a journal entry",
                    "redis.pcall('XADD', journal, printed(first) .. '-0', unpack(entry, 1, entered)).err",
                    "false"),
            new Mutation(
                    "an entry whose id is refused is lost",
                    "call('XADD', journal, '*', unpack(entry, 1, entered))",
                    ""),
            new Mutation(
                    "a batch under its last sequence",
                    "printed(first) .. '-0', unpack",
                    "printed(seq) .. '-0', unpack"));
}
