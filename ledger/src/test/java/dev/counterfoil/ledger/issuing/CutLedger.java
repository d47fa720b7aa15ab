package dev.counterfoil.ledger.issuing;

import dev.counterfoil.ledger.Ledger;
import dev.counterfoil.ledger.LedgerFault;
import dev.counterfoil.ledger.Transaction;
import io.vertx.core.Future;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.concurrent.atomic.AtomicInteger;

/** The real ledger, as a process sees it that can post a few times more and then no more. */
public final class CutLedger {
    private CutLedger() {}

    /** Posts {@code posts} times more. */
    public static Ledger after(int posts, Ledger ledger) {
        return cut(posts, ledger, true);
    }

    /** Posts {@code posts} times more, and their answers get lost on the way. */
    public static Ledger losingAnswers(int posts, Ledger ledger) {
        return cut(posts, ledger, false);
    }

    private static Ledger cut(int posts, Ledger ledger, boolean answered) {
        AtomicInteger left = new AtomicInteger(posts);
        return (Ledger) Proxy.newProxyInstance(
                Ledger.class.getClassLoader(), new Class<?>[] {Ledger.class}, (proxy, method, arguments) -> {
                    if (!method.getName().equals("post")) {
                        try {
                            return method.invoke(ledger, arguments);
                        } catch (InvocationTargetException e) {
                            throw e.getCause();
                        }
                    } else if (left.getAndDecrement() <= 0) {
                        return Future.failedFuture(new LedgerFault.Unavailable("cut"));
                    }
                    return ledger.post((Transaction) arguments[0])
                            .compose(outcome -> answered
                                    ? Future.succeededFuture(outcome)
                                    : Future.failedFuture(new LedgerFault.OutcomeUnknown("answer lost")));
                });
    }
}
