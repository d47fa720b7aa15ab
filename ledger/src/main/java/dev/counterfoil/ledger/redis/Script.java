package dev.counterfoil.ledger.redis;

import io.lettuce.core.RedisNoScriptException;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A Lua script of {@code lua/<name>.lua} on the classpath. A line {@code -- @include name} stands for
 * {@code lua/lib/<name>.lua}, which is put in once.
 *
 * <p>One whose first line is {@code #!lua name=@name} is a library with one <a
 * href="https://redis.io/docs/latest/develop/programmability/functions-intro/">function</a>: what it defines is made when it is
 * loaded and not with every call. Each {@code @name} in it becomes a name of its own for that very text, so gateways of two
 * versions do not run each other's. A server keeps it, also over a restart; one that does not know it is given it.
 */
public final class Script {
    private static final Pattern INCLUDE = Pattern.compile("(?m)^-- @include (\\w+)$");

    private static final String LIBRARY = "#!lua name=@name\n";

    /** Somebody may flush it between loading and calling. */
    private static final int MOST_LOADS = 8;

    private final String text;
    private final String code;
    private final String sha;
    private final @Nullable String function;

    private Script(String text) {
        this.text = text;
        this.function = text.startsWith(LIBRARY) ? "counterfoil_" + sha(text) : null;
        this.code = function == null ? text : text.replace("@name", function);
        this.sha = sha(code);
    }

    private static String sha(String code) {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-1").digest(code.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Reads a script; a missing file, or an include that is missing or circular, is a defect and throws. */
    public static Script load(String name) {
        return new Script(expand("lua/" + name + ".lua", new LinkedHashSet<>(), new LinkedHashSet<>()));
    }

    /** A script of that very text, includes put in. */
    static Script of(String text) {
        return new Script(text);
    }

    /**
     * Runs the script, by its hash or name or, where the server does not know it, by its text. The stage completes on a thread
     * of the connection.
     *
     * @param keys at least one; all in one slot
     */
    public <T> CompletionStage<T> run(RedisConnection redis, ScriptOutputType type, byte[][] keys, byte[]... args) {
        return run(command -> redis.<T>dispatch(keys[0], command), redis, type, keys, args);
    }

    /** The same, over {@link RedisConnection#dispatchReplicated}. */
    <T> CompletionStage<T> runReplicated(RedisConnection redis, ScriptOutputType type, byte[][] keys, byte[]... args) {
        return run(command -> redis.<T>dispatchReplicated(keys[0], command), redis, type, keys, args);
    }

    /** Sends one command to the node of a call's keys. */
    private interface Sender<T> {
        CompletionStage<T> send(Function<RedisClusterAsyncCommands<byte[], byte[]>, CompletionStage<T>> command);
    }

    private <T> CompletionStage<T> run(
            Sender<T> sender, RedisConnection redis, ScriptOutputType type, byte[][] keys, byte[]... args) {
        if (function != null) {
            return byName(
                    () -> sender.send(commands -> commands.fcall(function, type, keys, args)),
                    () -> redis.<String>dispatch(keys[0], commands -> commands.functionLoad(code, true)),
                    MOST_LOADS);
        }
        return sender.send(commands -> commands.evalsha(sha, type, keys, args)).exceptionallyCompose(failure -> {
            Throwable cause = Redirection.unwrapped(failure);
            return cause instanceof RedisNoScriptException
                    ? sender.send(commands -> commands.eval(code.getBytes(StandardCharsets.UTF_8), type, keys, args))
                    : CompletableFuture.failedFuture(cause);
        });
    }

    private static <T> CompletionStage<T> byName(
            Supplier<CompletionStage<T>> call, Supplier<CompletionStage<String>> load, int loads) {
        return call.get().exceptionallyCompose(failure -> {
            Throwable cause = Redirection.unwrapped(failure);
            return isFunctionUnknown(cause.getMessage()) && loads > 0
                    ? load.get().thenCompose(loaded -> byName(call, load, loads - 1))
                    : CompletableFuture.failedFuture(cause);
        });
    }

    /** What a server says before anything runs, where it was not given the library, or somebody flushed it. */
    static boolean isFunctionUnknown(@Nullable String message) {
        return "ERR Function not found".equals(message);
    }

    /** The whole text, includes put in; in a library {@code @name} still stands for its name. */
    public String text() {
        return text;
    }

    private static String expand(String path, Set<String> open, Set<String> done) {
        if (!open.add(path)) {
            throw new IllegalStateException("circular include: " + open + " → " + path);
        }
        Matcher include = INCLUDE.matcher(read(path));
        StringBuilder text = new StringBuilder();
        while (include.find()) {
            String included = "lua/lib/" + include.group(1) + ".lua";
            String part = done.contains(included) ? "" : expand(included, open, done);
            include.appendReplacement(text, Matcher.quoteReplacement(part));
        }
        include.appendTail(text);
        open.remove(path);
        done.add(path);
        return text.toString();
    }

    private static String read(String path) {
        try (InputStream in = Script.class.getClassLoader().getResourceAsStream(path)) {
            if (in == null) {
                throw new IllegalStateException("no such script: " + path);
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(path, e);
        }
    }
}
