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
            local real, clock = redis, tonumber(redis.call('HGET', KEYS[1], 'clock'))
            local function controlled(call)
              return function(...)
                local command, key, value, unit, ms = ...
                if command == 'TIME' then
                  return { string.format('%.0f', math.floor(clock / 1000)), string.format('%.0f', clock % 1000 * 1000) }
                elseif command == 'GET' then
                  local due = real.call('PEXPIRETIME', key)
                  if due >= 0 and due <= clock then
                    return false
                  end
                elseif command == 'EXISTS' then
                  local due = real.call('PEXPIRETIME', key)
                  if due >= 0 and due <= clock then
                    return 0
                  end
                elseif command == 'HSET' then
                  local due = real.call('PEXPIRETIME', key)
                  if due >= 0 and due <= clock then
                    real.call('DEL', key)
                  end
                elseif command == 'SET' and unit == 'PX' then
                  return call(command, key, value, 'PXAT', string.format('%.0f', clock + ms))
                end
                return call(...)
              end
            end
            local redis = { error_reply = real.error_reply, call = controlled(real.call), pcall = controlled(real.pcall) }
            """;

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

    @Override
    public Script apply(String name) {
        return scripts.computeIfAbsent(name, unknown -> {
            String text = Script.load(name).text();
            text = name.equals("post") ? change.apply(text) : text;
            return Script.of(
                    clock ? text.replaceFirst("\n", "\n" + java.util.regex.Matcher.quoteReplacement(CLOCK)) : text);
        });
    }
}
