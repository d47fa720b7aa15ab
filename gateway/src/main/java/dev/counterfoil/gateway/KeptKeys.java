package dev.counterfoil.gateway;

import dev.counterfoil.gateway.settings.Secret;
import dev.counterfoil.gateway.settings.SettingsException;
import dev.counterfoil.ledger.embedded.EmbeddedServers;
import dev.counterfoil.ledger.secrets.Pepper;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * The pepper and the code keys: from the settings, or, with an embedded PostgreSQL, kept beside its data. They are made only
 * together with a database that holds nothing yet: a new pepper for old cards would lose every one of them.
 */
final class KeptKeys {
    private static final int CODE_KEY_BYTES = 32;

    private final Optional<EmbeddedServers> servers;

    /** @param servers whose folder keeps the keys; empty where PostgreSQL is external */
    KeptKeys(Optional<EmbeddedServers> servers) {
        this.servers = servers;
    }

    List<String> pepper(List<Secret> setting, SecureRandom random) {
        return keys("pepper", setting, () -> Pepper.generate(random));
    }

    List<String> codeKeys(List<Secret> setting, SecureRandom random) {
        return keys("code-keys", setting, () -> {
            byte[] key = new byte[CODE_KEY_BYTES];
            random.nextBytes(key);
            return "k1:" + Base64.getEncoder().encodeToString(key);
        });
    }

    private List<String> keys(String name, List<Secret> setting, Supplier<String> made) {
        if (!setting.isEmpty()) {
            return setting.stream().map(Secret::reveal).toList();
        }
        if (servers.isEmpty()) {
            throw new SettingsException(name + ": empty (expected: at least one with an external PostgreSQL)");
        }
        Optional<String> kept = servers.get().data().read(name);
        if (kept.isEmpty() && servers.get().freshPostgresql()) {
            servers.get().data().write(name, made.get() + "\n");
            kept = servers.get().data().read(name);
        }
        return kept.map(text -> text.lines().filter(line -> !line.isBlank()).toList())
                .orElseThrow(() -> new SettingsException(
                        name + ": missing from " + servers.get().data().path()
                                + ", whose database was made with one: restore it from a backup"));
    }
}
