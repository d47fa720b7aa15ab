package dev.counterfoil.ledger.model;

import dev.counterfoil.ledger.redis.LedgerLimits;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;

/** Carries sequences out on the reference and on another ledger, each in a cell of its own, and tells where they differ. */
public final class Comparison {
    private final Timing timing;
    private final LedgerLimits limits;
    private final Function<LedgerLimits, TrialCell> other;
    private final Map<String, LongAdder> census;

    /**
     * @param other opens a new cell of the ledger that is to agree; it has to go by the clock that {@code timing} says
     * @param census counts the answers by kind, and the legs that were posted
     */
    public Comparison(Timing timing, Function<LedgerLimits, TrialCell> other, Map<String, LongAdder> census) {
        this.timing = timing;
        // By a controlled clock records are to expire within a sequence.
        this.limits = timing == Timing.REAL
                ? LedgerLimits.standard()
                : new LedgerLimits(10_000, 1_000_000, Duration.ofSeconds(4), Duration.ofSeconds(1));
        this.other = other;
        this.census = census;
    }

    /** Where both differ on the sequence of {@code seed}, or nothing. */
    public Optional<Disagreement> on(long seed, int length) {
        return on(RandomSequence.of(seed, length, timing, limits));
    }

    private Optional<Disagreement> on(List<Command> commands) {
        try (TrialCell reference = new ReferenceTrial(limits, timing);
                TrialCell tried = other.apply(limits)) {
            List<String> expected = answers(commands, reference);
            List<String> given = answers(commands, tried);
            count(commands, expected);
            String contents = differences(reference.contents(), tried.contents());
            return expected.equals(given) && contents.isEmpty()
                    ? Optional.empty()
                    : Optional.of(new Disagreement(commands, expected, given, contents));
        }
    }

    /** Drops commands, and legs of what is left, as long as both still differ and until nothing more can go. */
    public Disagreement shrink(Disagreement found) {
        Disagreement before;
        Disagreement least = found;
        do {
            before = least;
            least = withFewerLegs(withFewerCommands(withLongerWaits(before)));
        } while (!least.commands().equals(before.commands()));
        return least;
    }

    private Disagreement withFewerCommands(Disagreement found) {
        Disagreement least = found;
        for (int size = Math.max(1, found.commands().size() / 2); size > 0; size /= 2) {
            for (int from = 0; from < least.commands().size(); ) {
                List<Command> fewer = new ArrayList<>(least.commands());
                fewer.subList(from, Math.min(from + size, fewer.size())).clear();
                Optional<Disagreement> still = on(fewer);
                least = still.orElse(least);
                from += still.isPresent() ? 0 : size;
            }
        }
        return least;
    }

    /** Waits that follow each other become one. */
    private Disagreement withLongerWaits(Disagreement found) {
        Disagreement least = found;
        for (int at = 0; at + 1 < least.commands().size(); ) {
            List<Command> joined = new ArrayList<>(least.commands());
            Optional<Disagreement> still = Optional.empty();
            if (joined.get(at) instanceof Command.Wait && joined.get(at + 1) instanceof Command.Wait) {
                long ms = ((Command.Wait) joined.get(at)).ms() + ((Command.Wait) joined.remove(at + 1)).ms();
                joined.set(at, new Command.Wait(ms));
                still = on(joined);
            }
            least = still.orElse(least);
            at += still.isPresent() ? 0 : 1;
        }
        return least;
    }

    private Disagreement withFewerLegs(Disagreement found) {
        Disagreement least = found;
        for (int at = 0; at < least.commands().size(); at++) {
            for (int leg = 0; least.commands().get(at) instanceof Command.Post; ) {
                Command.Post post = (Command.Post) least.commands().get(at);
                if (post.legs().size() == 1 || leg >= post.legs().size()) {
                    break;
                }
                List<Command> simpler = new ArrayList<>(least.commands());
                simpler.set(at, post.without(leg));
                Optional<Disagreement> still = on(simpler);
                least = still.orElse(least);
                leg += still.isPresent() ? 0 : 1;
            }
        }
        return least;
    }

    private List<String> answers(List<Command> commands, TrialCell cell) {
        List<Future<String>> sent = new ArrayList<>(commands.size());
        int answered = 0;
        for (Command command : commands) {
            for (; !command.queued() && answered < sent.size(); answered++) {
                var unused = await(sent.get(answered));
            }
            sent.add(command.send(cell, timing));
            if (!command.queued()) {
                var unused = await(sent.get(answered++));
            }
        }
        return sent.stream().map(Comparison::await).toList();
    }

    private static String await(Future<String> answer) {
        try {
            return answer.toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private static String differences(SortedMap<String, String> expected, SortedMap<String, String> given) {
        StringBuilder differences = new StringBuilder();
        TreeSet<String> keys = new TreeSet<>(expected.keySet());
        keys.addAll(given.keySet());
        for (String key : keys) {
            String right = expected.getOrDefault(key, "nothing");
            String left = given.getOrDefault(key, "nothing");
            if (!right.equals(left)) {
                differences.append("  ").append(key).append(" is ").append(left);
                differences.append("\n    expected ").append(right).append('\n');
            }
        }
        return differences.toString();
    }

    private void count(List<Command> commands, List<String> answers) {
        for (int i = 0; i < answers.size(); i++) {
            String answer = answers.get(i);
            one(answer.substring(0, answer.indexOf(':')));
            if (answer.startsWith("posted:") && commands.get(i) instanceof Command.Post) {
                ((Command.Post) commands.get(i))
                        .legs()
                        .forEach(leg -> one("posted " + leg.getClass().getSimpleName()));
            }
        }
    }

    private void one(String kind) {
        census.computeIfAbsent(kind, unknown -> new LongAdder()).increment();
    }
}
