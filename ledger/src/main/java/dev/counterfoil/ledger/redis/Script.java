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
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A Lua script of {@code lua/<name>.lua} on the classpath. A line {@code -- @include name} stands for
 * {@code lua/lib/<name>.lua}, which is put in once.
 */
public final class Script {
    private static final Pattern INCLUDE = Pattern.compile("(?m)^-- @include (\\w+)$");

    private final byte[] source;
    private final String sha;

    private Script(String source) {
        this.source = source.getBytes(StandardCharsets.UTF_8);
        try {
            this.sha =
                    HexFormat.of().formatHex(MessageDigest.getInstance("SHA-1").digest(this.source));
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
     * Runs the script, by its hash or, where the server does not know it, by its text. The stage completes on a thread of the
     * connection.
     *
     * @param keys at least one; all in one slot
     */
    public <T> CompletionStage<T> run(RedisConnection redis, ScriptOutputType type, byte[][] keys, byte[]... args) {
        return byHashOrText(command -> redis.<T>dispatch(keys[0], command), type, keys, args);
    }

    /** The same, over {@link RedisConnection#dispatchReplicated}. */
    <T> CompletionStage<T> runReplicated(RedisConnection redis, ScriptOutputType type, byte[][] keys, byte[]... args) {
        return byHashOrText(command -> redis.<T>dispatchReplicated(keys[0], command), type, keys, args);
    }

    private <T> CompletionStage<T> byHashOrText(
            Function<Function<RedisClusterAsyncCommands<byte[], byte[]>, CompletionStage<T>>, CompletionStage<T>> send,
            ScriptOutputType type,
            byte[][] keys,
            byte[]... args) {
        return send.apply(commands -> commands.evalsha(sha, type, keys, args)).exceptionallyCompose(failure -> {
            Throwable cause = Redirection.unwrapped(failure);
            return cause instanceof RedisNoScriptException
                    ? send.apply(commands -> commands.eval(source, type, keys, args))
                    : CompletableFuture.failedFuture(cause);
        });
    }

    /** The whole text, includes put in. */
    public String text() {
        return new String(source, StandardCharsets.UTF_8);
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
