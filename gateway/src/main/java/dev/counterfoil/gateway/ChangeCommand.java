package dev.counterfoil.gateway;

import dev.counterfoil.ledger.audit.Actor;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** A command that changes something, and so is told of in the audit. */
abstract class ChangeCommand extends StoreCommand {
    private static final int LONGEST_REASON = 200;

    @Option(names = "--reason", description = "Why; kept in the audit. At most 200 characters.")
    private @Nullable String reason;

    /** The user of the operating system, with the reason that was given. */
    final Actor actor() {
        String given = reason;
        if (given != null && (given.isBlank() || given.length() > LONGEST_REASON)) {
            throw wrongUse(
                    "--reason: " + given.length() + " characters (expected: 1.." + LONGEST_REASON + ", not blank)");
        }
        return Actor.commandLine(given);
    }
}
