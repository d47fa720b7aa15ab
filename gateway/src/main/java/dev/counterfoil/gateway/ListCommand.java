package dev.counterfoil.gateway;

import dev.counterfoil.ledger.access.Issuer;
import dev.counterfoil.ledger.access.KeyStore;
import java.security.SecureRandom;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** A command that lists what issuers have, one issuer after the other, each in the order of its ids. */
abstract class ListCommand<T> extends StoreCommand {
    private static final int PAGE = 200;

    @Option(names = "--issuer", description = "Only this one's.")
    private @Nullable String issuer;

    /** At most {@code size} of an issuer's, from behind {@code after} on, which is empty for the first. */
    abstract List<T> page(Stores stores, String of, String after, int size);

    abstract String id(T one);

    abstract void print(T one);

    @Override
    final int run(Stores stores) {
        for (String each : issuers(stores)) {
            List<T> page = page(stores, each, "", PAGE);
            while (!page.isEmpty()) {
                page.forEach(this::print);
                page = page(stores, each, id(page.get(page.size() - 1)), PAGE);
            }
        }
        return Main.DONE;
    }

    private List<String> issuers(Stores stores) {
        return issuer != null
                ? List.of(issuer)
                : new KeyStore(stores.database(), new SecureRandom())
                        .issuers().await().stream().map(Issuer::id).toList();
    }
}
