package dev.counterfoil.gateway;

import dev.counterfoil.ledger.access.IssuedSigningKey;
import dev.counterfoil.ledger.access.SigningAlgorithm;
import dev.counterfoil.ledger.access.SigningKey;
import dev.counterfoil.ledger.access.SigningKeyDraft;
import dev.counterfoil.ledger.access.SigningKeyJson;
import dev.counterfoil.ledger.access.SigningKeyPublisher;
import dev.counterfoil.ledger.access.SigningKeyStore;
import dev.counterfoil.ledger.access.SigningUse;
import dev.counterfoil.ledger.secrets.CodeCipher;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code counterfoil keys signing create|list|revoke}. */
@Command(
        name = "signing",
        description = "Makes, lists and revokes keys with which a client signs account tokens or requests.",
        subcommands = {
            SigningKeysCommand.Create.class,
            SigningKeysCommand.ListAll.class,
            SigningKeysCommand.Revoke.class,
            CommandLine.HelpCommand.class
        },
        mixinStandardHelpOptions = true)
final class SigningKeysCommand {
    private SigningKeysCommand() {}

    private static SigningKeyStore store(Stores stores) {
        SecureRandom random = new SecureRandom();
        return new SigningKeyStore(stores.database(), CodeCipher.of(stores.codeKeys(), random), random);
    }

    private static SigningKeyPublisher publisher(Stores stores) {
        return new SigningKeyPublisher(stores.database(), store(stores), stores.redis());
    }

    private static String line(SigningKey key) {
        String state =
                key.revokedAt() != null ? "revoked" : key.expiresAt() != null ? "until " + key.expiresAt() : "valid";
        return "%-16s %-15s %-13s %-11s %-8s %s"
                .formatted(
                        key.id(),
                        key.client(),
                        key.use().token(),
                        key.algorithm().token(),
                        state,
                        key.name());
    }

    /** {@code keys signing create}. */
    @Command(
            name = "create",
            description = "Makes a signing key. A secret of hmac-sha256 is printed, once.",
            mixinStandardHelpOptions = true)
    static final class Create extends ChangeCommand {
        @Option(names = "--client", required = true, description = "Who signs: the id of a client (cl_…).")
        private String client;

        @Option(names = "--use", required = true, description = "What is signed: account_token or request.")
        private String use;

        @Option(
                names = "--algorithm",
                required = true,
                description = "hmac-sha256, ed25519, or es256 (account tokens).")
        private String algorithm;

        @Option(names = "--public-key", description = "A PEM file with the client's public key, for ed25519 and es256.")
        private @Nullable Path publicKey;

        @Option(names = "--name", description = "What people call it. Default: key.", defaultValue = "key")
        private String name;

        @Option(
                names = "--expires-at",
                description = "From when it is refused, as 2027-01-01T00:00:00Z. Default: never.")
        private @Nullable Instant expiresAt;

        @SuppressWarnings({"NullAway.Init", "unused"})
        Create() {}

        @Override
        int run(Stores stores) {
            SigningKeyDraft draft = new SigningKeyDraft(
                    client, SigningUse.of(use), SigningAlgorithm.of(algorithm), pem(publicKey), name, expiresAt);
            IssuedSigningKey issued =
                    publisher(stores).as(actor()).create(draft).await();
            JsonObject json = SigningKeyJson.write(issued.key());
            String secret = issued.secret();
            print(
                    secret == null ? json : json.put("secret", secret),
                    (secret == null ? "" : secret + System.lineSeparator()) + line(issued.key()));
            return Main.DONE;
        }

        private static @Nullable String pem(@Nullable Path file) {
            try {
                return file == null ? null : Files.readString(file);
            } catch (IOException e) {
                throw new IllegalArgumentException("--public-key: cannot read " + file + ": " + e.getMessage(), e);
            }
        }
    }

    /** {@code keys signing list}. */
    @Command(name = "list", description = "Lists signing keys, without their secrets.", mixinStandardHelpOptions = true)
    static final class ListAll extends ListCommand<SigningKey> {
        @Override
        List<SigningKey> page(Stores stores, String of, String after, int size) {
            return store(stores).list(of, after, size).await();
        }

        @Override
        String id(SigningKey key) {
            return key.id();
        }

        @Override
        void print(SigningKey key) {
            print(SigningKeyJson.write(key), line(key));
        }
    }

    /** {@code keys signing revoke}. */
    @Command(
            name = "revoke",
            description = "Revokes a signing key for good: within a second no gateway believes it.",
            mixinStandardHelpOptions = true)
    static final class Revoke extends ChangeCommand {
        @Parameters(paramLabel = "ID", description = "As sig_….")
        private String id;

        @SuppressWarnings({"NullAway.Init", "unused"})
        Revoke() {}

        @Override
        int run(Stores stores) {
            SigningKey key = publisher(stores)
                    .as(actor())
                    .revoke(id)
                    .await()
                    .orElseThrow(() -> new IllegalArgumentException("there is no signing key " + id));
            print(SigningKeyJson.write(key), line(key));
            return Main.DONE;
        }
    }
}
