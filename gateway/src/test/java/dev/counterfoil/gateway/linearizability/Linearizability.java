package dev.counterfoil.gateway.linearizability;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Decides whether a history of one object is linearizable: whether its calls have an order that the model answers with the
 * very same answers, and in which no call comes before one that had been answered before it was made.
 *
 * <p>The search is that of Wing and Gong. The calls and the answers stand in a list by time. The first call that the model
 * would have answered so is taken out of the list with its answer, and the search begins anew with what is left; when an
 * answer is met before that, whose call was not taken, the last one taken is put back and the next one tried. Of Lowe is the
 * memory: a set of taken calls together with the state that they led to is looked into once. A call without an answer
 * stands in the list alone: it may be taken at any time, or left.
 *
 * <p>The time is exponential in how many calls were under way at once, not in the length of the history, so the
 * configurations are bounded.
 */
public final class Linearizability<S, A> {
    private final Model<S, A> model;
    private final int mostConfigurations;

    private final Entry head = new Entry(-1, false);
    private final Set<Configuration<S>> seen = new HashSet<>();
    private final Deque<Taken<S>> taken = new ArrayDeque<>();
    private final List<Operation<A>> operations;
    private BitSet order = new BitSet();
    private S state;
    private long unanswered;
    private String longest = "";
    private int longestTaken = -1;

    private Linearizability(Model<S, A> model, List<Operation<A>> history, int mostConfigurations) {
        this.model = model;
        this.operations = List.copyOf(history);
        this.mostConfigurations = mostConfigurations;
        this.state = model.initial();
        this.unanswered = history.stream().filter(Operation::answered).count();
        link();
    }

    /**
     * Why {@code history} is not linearizable, for people; empty when it is.
     *
     * @param mostConfigurations past which the search gives up
     * @throws IllegalStateException when it gave up
     */
    public static <S, A> Optional<String> violation(
            Model<S, A> model, List<Operation<A>> history, int mostConfigurations) {
        return new Linearizability<>(model, history, mostConfigurations).search();
    }

    /** A call or an answer in the list; an answer knows its call by its number. */
    private static final class Entry {
        private final int operation;
        private final boolean call;
        private @Nullable Entry answer;
        private @Nullable Entry before;
        private @Nullable Entry next;

        Entry(int operation, boolean call) {
            this.operation = operation;
            this.call = call;
        }

        void unlink() {
            if (before != null) {
                before.next = next;
            }
            if (next != null) {
                next.before = before;
            }
        }

        /** Only in the reverse order of unlinking: the neighbours are those of that moment. */
        void relink() {
            if (before != null) {
                before.next = this;
            }
            if (next != null) {
                next.before = this;
            }
        }
    }

    private record Configuration<S>(BitSet order, S state) {}

    /** A call that was taken, and the state before it. */
    private record Taken<S>(Entry call, S before) {}

    private record Event(long nanos, Entry entry) {}

    private void link() {
        List<Event> events = new ArrayList<>();
        for (int i = 0; i < operations.size(); i++) {
            Operation<A> operation = operations.get(i);
            Entry call = new Entry(i, true);
            events.add(new Event(operation.invokedNanos(), call));
            if (operation.answered()) {
                Entry answer = new Entry(i, false);
                call.answer = answer;
                events.add(new Event(operation.answeredNanos(), answer));
            }
        }
        // In one nanosecond calls come first, so that they count as concurrent with what was answered in it.
        events.sort(Comparator.comparingLong(Event::nanos).thenComparing(event -> !event.entry().call));
        Entry last = head;
        for (Event event : events) {
            last.next = event.entry();
            event.entry().before = last;
            last = event.entry();
        }
    }

    private Optional<String> search() {
        Entry entry = head.next;
        while (unanswered > 0) {
            if (entry == null) {
                throw new IllegalStateException("an answer is missing from the list");
            } else if (entry.call) {
                entry = take(entry) ? head.next : entry.next;
            } else {
                noteHowFar();
                Taken<S> last = taken.poll();
                if (last == null) {
                    return Optional.of(longest);
                }
                putBack(last);
                entry = last.call().next;
            }
        }
        return Optional.empty();
    }

    private boolean take(Entry call) {
        Operation<A> operation = operations.get(call.operation);
        Optional<S> after = model.after(state, operation.action());
        // What is not answered and changes nothing need not have happened.
        if (after.isEmpty() || !operation.answered() && after.get().equals(state)) {
            return false;
        }
        BitSet with = (BitSet) order.clone();
        with.set(call.operation);
        if (!seen.add(new Configuration<>(with, after.get()))) {
            return false;
        }
        if (seen.size() > mostConfigurations) {
            throw new IllegalStateException("undecided after " + mostConfigurations + " configurations of "
                    + operations.size() + " operations");
        }
        taken.push(new Taken<>(call, state));
        state = after.get();
        order = with;
        call.unlink();
        if (call.answer != null) {
            call.answer.unlink();
            unanswered--;
        }
        return true;
    }

    private void putBack(Taken<S> last) {
        Entry call = last.call();
        if (call.answer != null) {
            call.answer.relink();
            unanswered++;
        }
        call.relink();
        order = (BitSet) order.clone();
        order.clear(call.operation);
        state = last.before();
    }

    /** The longest order found, and what could not follow it: where to look in a history that is refused. */
    private void noteHowFar() {
        if (taken.size() <= longestTaken) {
            return;
        }
        longestTaken = taken.size();
        List<String> open = new ArrayList<>();
        for (Entry entry = head.next; entry != null && entry.call; entry = entry.next) {
            open.add(operations.get(entry.operation).toString());
        }
        String lately = taken.stream()
                .limit(5)
                .map(each -> operations.get(each.call().operation) + " in " + each.before())
                .collect(Collectors.joining("\n  "));
        longest = "not linearizable: in state " + state + ", after " + longestTaken + " of " + operations.size()
                + " operations, none of these can be next:\n  " + String.join("\n  ", open)
                + "\nthe last before were, latest first:\n  " + lately;
    }
}
