package dev.counterfoil.ledger.redis;

import dev.counterfoil.ledger.Cell;
import dev.counterfoil.ledger.Durability;
import dev.counterfoil.ledger.Leg;
import dev.counterfoil.ledger.Leg.AccountLeg;
import dev.counterfoil.ledger.Leg.CardLeg;
import dev.counterfoil.ledger.Leg.CodesAddLeg;
import dev.counterfoil.ledger.Leg.CodesLeg;
import dev.counterfoil.ledger.Leg.DueLeg;
import dev.counterfoil.ledger.Leg.FollowLeg;
import dev.counterfoil.ledger.Leg.HoldLeg;
import dev.counterfoil.ledger.Leg.NewCardLeg;
import dev.counterfoil.ledger.Leg.PaidLeg;
import dev.counterfoil.ledger.Leg.QuotaLeg;
import dev.counterfoil.ledger.Leg.StockLeg;
import dev.counterfoil.ledger.Transaction;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A transaction in the form in which {@code post.lua} takes it: its keys, its arguments, and the data that the journal
 * keeps. Encoded on the caller's thread; refuses two legs on one key, where each would miss the other's change.
 */
final class PostCall {
    private static final byte[] ZERO = RedisKeys.bytes("0");
    private static final byte[] ONE = RedisKeys.bytes("1");
    private static final byte[] NONE = new byte[0];

    private final Cell cell;
    private final List<byte[]> keys = new ArrayList<>(8);
    private final List<byte[]> args = new ArrayList<>(40);
    private final JsonArray journaledLegs = new JsonArray();
    private final Set<String> met = new HashSet<>();
    private final JsonObject data;
    private final boolean durable;
    private long size;

    /**
     * A transaction to be posted.
     *
     * @param durability the level that the step itself is to reach, not {@link Durability#SETTLED}
     */
    PostCall(Transaction transaction, Durability durability) {
        this(transaction, durability, false);
    }

    /** A transaction that is only tried: the script takes it without data. */
    static PostCall preview(Transaction transaction) {
        return new PostCall(transaction, Durability.ACCEPTED, true);
    }

    private PostCall(Transaction transaction, Durability durability, boolean preview) {
        this.cell = transaction.cell();
        this.durable = durability == Durability.DURABLE;
        byte[] record = transaction.key().record();
        keys.add(RedisKeys.idempotency(cell, record));
        for (int header = 0; header < 7; header++) {
            args.add(NONE);
        }
        transaction.legs().forEach(this::leg);
        this.data = new JsonObject()
                .put("type", transaction.type().label())
                .put("client", transaction.key().client())
                .put("idem", transaction.key().recordText())
                .put("fp", transaction.key().fingerprintText())
                .put("durability", durability.label());
        if (transaction.key().asked() == Durability.SETTLED) {
            data.put("wants", Durability.SETTLED.label());
        }
        data.put("request", transaction.request()).put("legs", journaledLegs);
        Long version = transaction.catalogVersion();
        args.set(0, number(keys.size() - 1));
        args.set(1, number(args.size() - 7));
        args.set(2, transaction.key().fingerprint());
        args.set(3, RedisKeys.bytes(transaction.requestId()));
        args.set(4, version == null ? NONE : number(version));
        args.set(5, preview ? NONE : RedisKeys.bytes(data.encode()));
        args.set(6, number(transaction.legs().size()));
        for (byte[] argument : args) {
            size += argument.length;
        }
    }

    List<byte[]> keys() {
        return keys;
    }

    List<byte[]> args() {
        return args;
    }

    /** What the journal keeps of the request. */
    JsonObject data() {
        return data;
    }

    /** Whether its answer is to say {@code durable}. */
    boolean isDurable() {
        return durable;
    }

    /** Bytes of the arguments. */
    long size() {
        return size;
    }

    private void leg(Leg leg) {
        if (leg instanceof CardLeg) {
            card((CardLeg) leg);
        } else if (leg instanceof NewCardLeg) {
            newCard((NewCardLeg) leg);
        } else if (leg instanceof StockLeg) {
            stock((StockLeg) leg);
        } else if (leg instanceof CodesLeg) {
            CodesLeg codes = (CodesLeg) leg;
            words("codes");
            key(RedisKeys.codes(cell, codes.sku()));
            args.add(number(codes.count()));
            journaledLegs.add(new JsonArray().add("codes").add(codes.sku()).add(-codes.count()));
        } else if (leg instanceof CodesAddLeg) {
            codesAdd((CodesAddLeg) leg);
        } else if (leg instanceof AccountLeg) {
            account((AccountLeg) leg);
        } else if (leg instanceof DueLeg) {
            due((DueLeg) leg);
        } else if (leg instanceof PaidLeg) {
            boolean mayRemain = ((PaidLeg) leg).mayRemain();
            words("paid");
            args.add(mayRemain ? ONE : ZERO);
            journaledLegs.add(new JsonArray().add("paid").add(mayRemain ? 1 : 0));
        } else if (leg instanceof QuotaLeg) {
            quota((QuotaLeg) leg);
        } else if (leg instanceof HoldLeg) {
            long lastsMs = ((HoldLeg) leg).lastsMs();
            words("hold");
            key(RedisKeys.holds(cell));
            args.add(number(lastsMs));
            journaledLegs.add(new JsonArray().add("hold").add(lastsMs));
        } else if (leg instanceof FollowLeg) {
            follow((FollowLeg) leg);
        }
    }

    private void card(CardLeg card) {
        words("card");
        args.add(number(card.ids().size()));
        card.ids().forEach(id -> key(RedisKeys.card(cell, id)));
        String number = card.number();
        args.add(number == null ? NONE : RedisKeys.bytes(number));
        words(card.allowedLetters());
        args.add(card.refuseExpired() ? ONE : ZERO);
        args.add(number(card.sign()));
        Long expected = card.expectedBalance();
        args.add(expected == null ? NONE : number(expected));
        args.add(
                card.newState() == null
                        ? NONE
                        : RedisKeys.bytes(String.valueOf(card.newState().letter())));
        Long expiresAtMs = card.newExpiresAtMs();
        args.add(expiresAtMs == null ? NONE : number(expiresAtMs));
        String spender = card.spender();
        String owner = card.newOwner();
        words(aside(card.setAside()), spender == null ? "*" : "=" + spender, owner == null ? "" : owner);
        args.add(number(card.prices().size()));
        for (Leg.Price price : card.prices()) {
            words(price.typeToken());
            args.add(number(price.amount()));
        }
        JsonArray journaled = new JsonArray().add("card").add(card.sign());
        if (card.setAside() != 0 || owner != null) {
            journaled.add(aside(card.setAside()));
        }
        if (owner != null) {
            journaled.add(owner);
        }
        journaledLegs.add(journaled);
    }

    private static String aside(long amount) {
        return amount == 0 ? "" : amount == Leg.ASIDE_AMOUNT ? "+" : Long.toString(amount);
    }

    private void follow(FollowLeg follow) {
        Leg.Closing closing = follow.closing();
        String how = closing == null ? "" : String.valueOf(closing.letter());
        words("follow");
        key(RedisKeys.followed(cell, follow.of()));
        args.add(number(follow.of()));
        words(how);
        if (closing != null) {
            key(RedisKeys.holds(cell));
        }
        words(follow.state());
        args.add(number(follow.fromMs()));
        args.add(number(follow.untilMs()));
        args.add(number(follow.expiresAtMs()));
        args.add(number(follow.parts().size()));
        JsonArray journaled = new JsonArray()
                .add("follow")
                .add(follow.of())
                .add(how)
                .add(follow.state())
                .add(follow.expiresAtMs());
        for (FollowLeg.Part part : follow.parts()) {
            words(part.name());
            claimField(RedisKeys.followed(cell, follow.of()), part.name());
            args.add(number(part.before()));
            args.add(number(part.delta()));
            args.add(number(part.whole()));
            journaled.add(part.name()).add(part.delta()).add(part.whole());
        }
        journaledLegs.add(journaled);
    }

    private void newCard(NewCardLeg card) {
        String state = String.valueOf(card.state().letter());
        words("new_card", card.apiId(), card.number(), card.typeToken());
        key(RedisKeys.card(cell, card.id()));
        args.add(number(card.amount()));
        words(state);
        args.add(number(card.expiresAtMs()));
        journaledLegs.add(new JsonArray()
                .add("new_card")
                .add(card.id())
                .add(card.apiId())
                .add(card.number())
                .add(card.typeToken())
                .add(card.amount())
                .add(state)
                .add(card.expiresAtMs())
                .add(card.batch()));
    }

    private void stock(StockLeg stock) {
        words("stock");
        key(RedisKeys.item(cell, stock.sku()));
        args.add(number(stock.delta()));
        args.add(number(stock.opensAtMs()));
        args.add(number(stock.closesAtMs()));
        journaledLegs.add(new JsonArray().add("stock").add(stock.sku()).add(stock.delta()));
    }

    private void codesAdd(CodesAddLeg codes) {
        words("codes_add");
        key(RedisKeys.codes(cell, codes.sku()));
        args.add(number(codes.codes().size()));
        JsonArray leg = new JsonArray()
                .add(codes.returned() ? "codes_back" : "codes_add")
                .add(codes.sku())
                .add(codes.codes().size());
        for (String code : codes.codes()) {
            words(code);
            leg.add(code.substring(0, code.indexOf(':')));
        }
        journaledLegs.add(leg);
    }

    private void account(AccountLeg account) {
        words("account", account.asset());
        String key = RedisKeys.account(cell, account.account());
        claimField(key, "b:" + account.asset());
        if (account.frozen() != null) {
            claimField(key, "f");
        }
        if (account.verified() != null) {
            claimField(key, "v");
        }
        keys.add(RedisKeys.bytes(key));
        args.add(number(account.sign()));
        args.add(number(account.amount()));
        args.add(account.refuseFrozen() ? ONE : ZERO);
        args.add(account.refuseUnverified() ? ONE : ZERO);
        args.add(flag(account.frozen()));
        args.add(flag(account.verified()));
        words(aside(account.setAside()), account.lots());
        attributes(account.expected());
        attributes(account.attributes());
        account.attributes().keySet().forEach(name -> claimField(key, "a:" + name));
        JsonArray journaled = new JsonArray()
                .add("account")
                .add(account.account())
                .add(account.asset())
                .add(account.sign())
                .add(text(account.frozen()))
                .add(text(account.verified()));
        if (account.setAside() != 0 || !account.attributes().isEmpty()) {
            journaled.add(aside(account.setAside()));
        }
        account.attributes().forEach((name, value) -> journaled.add(name).add(value));
        journaledLegs.add(journaled);
    }

    private void attributes(Map<String, String> attributes) {
        args.add(number(attributes.size()));
        attributes.forEach((name, value) -> words(name, value));
    }

    private static byte[] flag(@Nullable Boolean flag) {
        return RedisKeys.bytes(text(flag));
    }

    private static String text(@Nullable Boolean flag) {
        return flag == null ? "" : flag ? "1" : "0";
    }

    private void due(DueLeg due) {
        words("due");
        args.add(number(due.amounts().size()));
        JsonArray journaled = new JsonArray().add("due");
        for (long amount : due.amounts()) {
            args.add(number(amount));
            journaled.add(amount);
        }
        args.add(number(due.payers().size()));
        for (List<Integer> places : due.payers()) {
            args.add(number(places.size()));
            places.forEach(place -> args.add(number(place + 1)));
        }
        journaledLegs.add(journaled);
    }

    private void quota(QuotaLeg quota) {
        words("quota", quota.name());
        key(RedisKeys.quota(cell, quota.key()));
        args.add(number(quota.delta()));
        args.add(number(quota.limit()));
        args.add(number(quota.fromMs()));
        args.add(number(quota.untilMs()));
        args.add(number(quota.expiresAtMs()));
        args.add(number(quota.untilMs()));
        args.add(quota.clamp() ? ONE : ZERO);
        Long expected = quota.expected();
        args.add(expected == null ? NONE : number(expected));
        journaledLegs.add(
                new JsonArray().add("quota").add(quota.key()).add(quota.delta()).add(quota.expiresAtMs()));
    }

    private void key(String key) {
        claim(key, key);
        keys.add(RedisKeys.bytes(key));
    }

    /** Legs may share a key when each keeps to a field of its own. */
    private void claim(String place, String key) {
        if (!met.add(place)) {
            throw new IllegalArgumentException("legs: two touch one key (expected: merged into one): "
                    + key.substring(0, Math.min(key.length(), key.indexOf('}') + 7)) + "…");
        }
    }

    private void claimField(String key, String field) {
        claim(key.length() + ":" + key + field, key);
    }

    private void words(String... words) {
        for (String word : words) {
            args.add(RedisKeys.bytes(word));
        }
    }

    private static byte[] number(long value) {
        return RedisKeys.bytes(Long.toString(value));
    }
}
