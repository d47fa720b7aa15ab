package dev.counterfoil.gateway;

import dev.counterfoil.ledger.access.ApiKey;
import dev.counterfoil.ledger.access.Client;
import dev.counterfoil.ledger.access.IssuedKey;
import dev.counterfoil.ledger.access.Issuer;
import dev.counterfoil.ledger.access.KeyDraft;
import dev.counterfoil.ledger.access.KeyJson;
import dev.counterfoil.ledger.access.KeyKind;
import dev.counterfoil.ledger.access.KeyPublisher;
import dev.counterfoil.ledger.access.KeyStore;
import dev.counterfoil.ledger.access.KeyTerms;
import dev.counterfoil.ledger.access.Rotation;
import dev.counterfoil.ledger.access.Scope;
import dev.counterfoil.ledger.audit.Actor;
import dev.counterfoil.ledger.catalog.InvalidField;
import dev.counterfoil.ledger.rates.Rate;
import io.vertx.core.json.JsonObject;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code counterfoil keys create|list|limit|rotate|revoke|signing}. */
@Command(
        name = "keys",
        description = "Makes, lists, limits, rotates and revokes API keys.",
        subcommands = {
            KeysCommand.Create.class,
            KeysCommand.ListAll.class,
            KeysCommand.Limit.class,
            KeysCommand.Rotate.class,
            KeysCommand.Revoke.class,
            SigningKeysCommand.class,
            CommandLine.HelpCommand.class
        },
        mixinStandardHelpOptions = true)
final class KeysCommand {
    private KeysCommand() {}

    private static KeyStore store(Stores stores) {
        return new KeyStore(stores.database(), new SecureRandom());
    }

    private static KeyPublisher publisher(Stores stores, Actor actor) {
        return new KeyPublisher(stores.database(), store(stores), stores.redis()).as(actor);
    }

    private static String line(ApiKey key) {
        Set<String> programs = key.programs();
        String state =
                key.revokedAt() != null ? "revoked" : key.expiresAt() != null ? "until " + key.expiresAt() : "valid";
        return "%-12s %-15s %-11s %-8s %-30s %-20s %-10s %s"
                .formatted(
                        key.id(),
                        key.client(),
                        key.kind().token(),
                        state,
                        key.scopes().stream().map(Scope::token).collect(Collectors.joining(",")),
                        programs == null ? "all programs" : String.join(",", programs),
                        key.rate() == null ? "default" : key.rate(),
                        key.name());
    }

    static Rate rate(String text) {
        try {
            return Rate.parse(text);
        } catch (IllegalArgumentException e) {
            throw new InvalidField("/rate", String.valueOf(e.getMessage()));
        }
    }

    /** {@code keys create}. */
    @Command(
            name = "create",
            description = "Makes a key and prints it, once: it is not kept. Only its hash is.",
            mixinStandardHelpOptions = true)
    static final class Create extends ChangeCommand {
        @Option(names = "--issuer", description = "The tenant of a new client, such as acme. Made where it is new.")
        private @Nullable String issuer;

        @Option(
                names = "--client",
                required = true,
                description =
                        "Who holds it: the id of a client (cl_…) when a key is rotated, else the name of a new one.")
        private String client;

        @Option(
                names = "--scopes",
                required = true,
                split = ",",
                description =
                        "redeem, lookup, activate, reverse, issue, catalog, catalog:read, adjust, read, codes:reveal, admin.")
        private List<String> scopes;

        @Option(names = "--kind", defaultValue = "secret", description = "secret or publishable. Default: secret.")
        private KeyKind kind;

        @Option(names = "--programs", split = ",", description = "Which it may use. Default: all of the issuer's.")
        private @Nullable List<String> programs;

        @Option(names = "--name", description = "What people call it. Default: key.", defaultValue = "key")
        private String name;

        @Option(
                names = "--expires-at",
                description = "From when it is refused, as 2027-01-01T00:00:00Z. Default: never.")
        private @Nullable Instant expiresAt;

        @Mixin
        private TermsOptions terms;

        @SuppressWarnings({"NullAway.Init", "unused"})
        Create() {}

        @Override
        int run(Stores stores) {
            Set<Scope> wanted = scopes.stream().map(Scope::of).collect(Collectors.toSet());
            KeyTerms wantedTerms = terms.read();
            KeyStore store = store(stores).as(actor());
            String holder = client.startsWith(Client.PREFIX) ? client : newClient(store);
            KeyDraft draft = new KeyDraft(
                    holder, kind, wanted, programs == null ? null : Set.copyOf(programs), name, expiresAt, wantedTerms);
            IssuedKey issued = publisher(stores, actor()).create(draft).await();
            print(
                    KeyJson.write(issued.key()).put("key", issued.text()),
                    issued.text() + System.lineSeparator() + line(issued.key()));
            return Main.DONE;
        }

        private String newClient(KeyStore store) {
            if (issuer == null) {
                throw new IllegalArgumentException("--issuer is needed for a new client");
            }
            String tenant = issuer;
            boolean known =
                    store.issuers().await().stream().anyMatch(each -> each.id().equals(tenant));
            if (!known) {
                Issuer made = store.putIssuer(new Issuer(tenant, tenant)).await();
            }
            return store.createClient(tenant, client).await().id();
        }
    }

    /** {@code keys list}. */
    @Command(name = "list", description = "Lists keys, without their secrets.", mixinStandardHelpOptions = true)
    static final class ListAll extends ListCommand<KeyStore.Listed> {
        @Override
        List<KeyStore.Listed> page(Stores stores, String of, String after, int size) {
            return store(stores).list(of, after, size).await();
        }

        @Override
        String id(KeyStore.Listed listed) {
            return listed.key().id();
        }

        @Override
        void print(KeyStore.Listed listed) {
            JsonObject json = KeyJson.write(listed.key());
            Instant used = listed.lastUsedAt();
            print(
                    used == null ? json : json.put("last_used_at", used.toString()),
                    line(listed.key()) + (used == null ? "" : "  last used " + used));
        }
    }

    /** {@code keys rotate}. */
    @Command(
            name = "rotate",
            description =
                    "Makes a key that follows another, with the same rights, and prints it, once. The old one ends later.",
            mixinStandardHelpOptions = true)
    static final class Rotate extends ChangeCommand {
        @Parameters(paramLabel = "ID", description = "The 12 letters after cf_sk_ or cf_pk_.")
        private String id;

        @Option(
                names = "--overlap-hours",
                defaultValue = "24",
                description = "How long both are valid, 0..2160. Default: 24.")
        private int overlapHours;

        @Option(names = "--expires-at", description = "When the new one ends. Default: when the old one would have.")
        private @Nullable Instant expiresAt;

        @SuppressWarnings({"NullAway.Init", "unused"})
        Rotate() {}

        @Override
        int run(Stores stores) {
            Rotation.Rotated rotated = publisher(stores, actor())
                    .rotate(id, new Rotation(Duration.ofHours(overlapHours), expiresAt))
                    .await()
                    .orElseThrow(() -> new IllegalArgumentException("there is no key " + id));
            IssuedKey issued = rotated.successor();
            print(
                    KeyJson.write(issued.key()).put("key", issued.text()).put("rotated", KeyJson.write(rotated.old())),
                    String.join(System.lineSeparator(), issued.text(), line(issued.key()), line(rotated.old())));
            return Main.DONE;
        }
    }

    /** {@code keys limit}. */
    @Command(
            name = "limit",
            description = "Gives a key another rate: within a second every gateway keeps to it.",
            mixinStandardHelpOptions = true)
    static final class Limit extends ChangeCommand {
        @Parameters(paramLabel = "ID", description = "The 12 letters after cf_sk_ or cf_pk_.")
        private String id;

        @Option(
                names = "--rate",
                required = true,
                description = "As 100/1s or 600/1m; off: no limit; default: the settings' for its kind.")
        private String rate;

        @SuppressWarnings({"NullAway.Init", "unused"})
        Limit() {}

        @Override
        int run(Stores stores) {
            Optional<ApiKey> limited = publisher(stores, actor())
                    .limit(id, rate.equals("default") ? null : rate(rate))
                    .await();
            ApiKey key = limited.orElseThrow(() -> new IllegalArgumentException("there is no key " + id));
            print(KeyJson.write(key), line(key));
            return Main.DONE;
        }
    }

    /** {@code keys revoke}. */
    @Command(
            name = "revoke",
            description = "Revokes a key for good: within a second every gateway refuses it.",
            mixinStandardHelpOptions = true)
    static final class Revoke extends ChangeCommand {
        @Parameters(paramLabel = "ID", description = "The 12 letters after cf_sk_ or cf_pk_.")
        private String id;

        @SuppressWarnings({"NullAway.Init", "unused"})
        Revoke() {}

        @Override
        boolean worksWithoutPostgres() {
            return true;
        }

        @Override
        int run(Stores stores) {
            Optional<ApiKey> revoked = publisher(stores, actor()).revoke(id).await();
            ApiKey key = revoked.orElseThrow(() -> new IllegalArgumentException("there is no key " + id));
            print(KeyJson.write(key), line(key));
            return Main.DONE;
        }
    }
}
