package dev.counterfoil.ledger.redis;

import io.lettuce.core.RedisCommandExecutionException;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How full a server is, looked at every second. Beyond {@link #SOFT_LIMIT} nothing new should be begun there: what is left is for what
 * ends earlier transactions, which a server that is quite full refuses as well. A server without {@code maxmemory}, or that does not
 * tell, is never full here. Thread-safe.
 */
final class MemoryUse {
    /** Percent of {@code maxmemory}. */
    static final int SOFT_LIMIT = 85;

    private static final Logger LOG = LoggerFactory.getLogger(MemoryUse.class);
    private static final Duration LOOK = Duration.ofSeconds(1);
    private static final Pattern USED = Pattern.compile("(?m)^used_memory:(\\d{1,18})\\r?$");
    private static final Pattern MOST = Pattern.compile("(?m)^maxmemory:(\\d{1,18})\\r?$");
    /** Buffers that Redis leaves out itself where it decides whether it is full. */
    private static final Pattern NOT_COUNTED = Pattern.compile("(?m)^mem_not_counted_for_evict:(\\d{1,18})\\r?$");

    private final RedisNode node;
    private final RedisDriver driver;
    private volatile boolean tight;
    private volatile boolean untold;

    MemoryUse(RedisNode node, RedisDriver driver) {
        this.node = node;
        this.driver = driver;
    }

    /** Whether it was last seen beyond the soft limit. */
    boolean isTight() {
        return tight;
    }

    /** Looks now and from now on, until the node is closed. */
    void watch() {
        if (node.isClosed()) {
            return;
        } else if (!node.answering()) {
            driver.later(LOOK, this::watch);
            return;
        }
        node.dispatch(commands -> commands.info("memory")).whenComplete((info, failure) -> {
            if (failure == null) {
                take(isBeyondSoftLimit(info));
            } else if (Redirection.unwrapped(failure) instanceof RedisCommandExecutionException) {
                untold(failure);
            }
            driver.later(LOOK, this::watch);
        });
    }

    private void untold(Throwable failure) {
        take(false);
        if (!untold) {
            untold = true;
            LOG.warn("redis at {} does not tell how full it is: {}", node, failure.getMessage());
        }
    }

    private void take(boolean now) {
        if (now != tight) {
            tight = now;
            if (now) {
                LOG.warn(
                        "redis at {} uses more than {} % of its maxmemory: nothing new is begun there until it uses less",
                        node, SOFT_LIMIT);
            } else {
                LOG.info("redis at {} has memory again", node);
            }
        }
    }

    /** @param info what {@code INFO memory} tells */
    static boolean isBeyondSoftLimit(String info) {
        long most = number(MOST, info);
        return most > 0 && number(USED, info) - number(NOT_COUNTED, info) > most / 100.0 * SOFT_LIMIT;
    }

    private static long number(Pattern field, String info) {
        Matcher found = field.matcher(info);
        return found.find() ? Long.parseLong(found.group(1)) : 0;
    }
}
