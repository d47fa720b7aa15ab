package dev.counterfoil.ledger.redis;

import dev.counterfoil.ledger.Durability;
import io.lettuce.core.ScriptOutputType;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Whether a Redis server is set up so that an answer means what it says. A server that evicts keys loses money whatever
 * the level; {@code durable} further needs every write on disk before it is answered
 * (Redis documentation, "Redis persistence").
 */
public final class RedisSettingsCheck {
    private static final Map<String, String> ALWAYS = Map.of("maxmemory-policy", "noeviction");
    private static final Map<String, String> DURABLE =
            Map.of("appendonly", "yes", "appendfsync", "always", "no-appendfsync-on-rewrite", "no");

    private static final String RIGHTS = Script.load("check_rights").text();

    private final RedisConnection redis;

    public RedisSettingsCheck(RedisConnection redis) {
        this.redis = redis;
    }

    /**
     * What keeps answers from saying {@code level}, a line each: setting, whose, value, expectation. Empty when all is well. A server that is known to
     * be away is not asked: nothing is answered from it. Fails when another does not answer, or refuses.
     */
    public Future<List<String>> faults(Durability level) {
        Map<String, String> wanted = new TreeMap<>(ALWAYS);
        if (level.atLeast(Durability.DURABLE)) {
            wanted.putAll(DURABLE);
        }
        Future<List<String>> all = Future.succeededFuture(new ArrayList<>());
        for (Map.Entry<String, String> setting : wanted.entrySet()) {
            all = all.compose(faults -> redis.onEach(commands -> commands.configGet(setting.getKey()))
                    .map(answers -> {
                        answers.forEach(answer -> {
                            String value = answer.value().get(setting.getKey());
                            if (!setting.getValue().equals(value)) {
                                faults.add("Redis setting " + setting.getKey() + of(answer) + ": " + value
                                        + " (expected: " + setting.getValue() + ")");
                            }
                        });
                        return faults;
                    }));
        }
        return all;
    }

    /**
     * Which commands the scripts call that the user whom the gateway is there may not: refused in the middle of a transaction, one would
     * leave half of it. A line each, likewise.
     */
    public Future<List<String>> missingRights() {
        return redis.<List<byte[]>>onEach(commands -> commands.eval(RIGHTS, ScriptOutputType.MULTI))
                .map(answers -> answers.stream()
                        .flatMap(answer -> answer.value().stream()
                                .map(command -> "Redis user" + of(answer) + ": may not " + RedisKeys.text(command)
                                        + " (expected: the rights in config/README.md)"))
                        .toList());
    }

    private String of(RedisConnection.Answer<?> answer) {
        return redis.servers().size() > 1 ? " of " + answer.server() : "";
    }
}
