package dev.counterfoil.ledger.redis;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/** The scripts that a ledger of a test runs: as shipped, with the text of post.lua changed, or on a controlled clock. */
final class KernelScripts implements Function<String, Script> {
    /**
     * Stands before a script and lets it see the time of the field {@code clock} of the cell's meta hash in place of the
     * server's: TIME tells it, a value whose expiry it has reached is not there, and lifetimes count from it. The
     * script's own text stays as it is. Good for clocks ahead of the server's, which must not drop a value before.
     */
    private static final String CLOCK = """
            local defining, clock = redis, 0
            -- A library's functions see another table of that name than the library while it is loaded.
            local function real()
              return redis
            end
            local function due(key)
              local at = real().call('PEXPIRETIME', key)
              return at >= 0 and at <= clock
            end
            local function controlled(how)
              return function(...)
                local call = real()[how]
                local command, key, value, unit, ms = ...
                if command == 'TIME' then
                  return { string.format('%.0f', math.floor(clock / 1000)), string.format('%.0f', clock % 1000 * 1000) }
                elseif command == 'GET' then
                  return not due(key) and call('GET', key)
                elseif command == 'MGET' then
                  local values = call(...)
                  for i = 1, select('#', ...) - 1 do
                    values[i] = not due(select(1 + i, ...)) and values[i]
                  end
                  return values
                elseif command == 'EXISTS' then
                  local there = 0
                  for i = 2, select('#', ...) do
                    local one = select(i, ...)
                    there = there + (due(one) and 0 or call('EXISTS', one))
                  end
                  return there
                elseif command == 'HSET' then
                  if due(key) then
                    real().call('DEL', key)
                  end
                elseif command == 'SET' and unit == 'PX' then
                  return call(command, key, value, 'PXAT', string.format('%.0f', clock + ms))
                end
                return call(...)
              end
            end
            local redis = {
              call = controlled('call'),
              pcall = controlled('pcall'),
              error_reply = function(text)
                return real().error_reply(text)
              end,
              register_function = function(name, run)
                defining.register_function(name, function(keys, args)
                  clock = tonumber(real().call('HGET', keys[1], 'clock'))
                  return run(keys, args)
                end)
              end,
            }
            """;

    private static final String SCRIPT_CLOCK = CLOCK + "clock = tonumber(real().call('HGET', KEYS[1], 'clock'))\n";

    private final boolean clock;
    private final UnaryOperator<String> change;
    private final Map<String, Script> scripts = new ConcurrentHashMap<>();

    private KernelScripts(UnaryOperator<String> change, boolean clock) {
        this.change = change;
        this.clock = clock;
    }

    static KernelScripts shipped() {
        return withPost(UnaryOperator.identity());
    }

    /** post.lua with its text, includes put in, changed. */
    static KernelScripts withPost(UnaryOperator<String> change) {
        return new KernelScripts(change, false);
    }

    /** The same scripts, seeing a controlled clock. */
    KernelScripts onControlledClock() {
        return new KernelScripts(change, true);
    }

    boolean clockIsControlled() {
        return clock;
    }

    private static String afterFirstLine(String text, String more) {
        int end = text.indexOf('\n') + 1;
        return text.substring(0, end) + more + text.substring(end);
    }

    @Override
    public Script apply(String name) {
        return scripts.computeIfAbsent(name, unknown -> {
            String text = Script.load(name).text();
            text = name.equals("post") ? change.apply(text) : text;
            return Script.of(
                    clock ? afterFirstLine(text, text.startsWith("#!lua name=") ? CLOCK : SCRIPT_CLOCK) : text);
        });
    }
}
