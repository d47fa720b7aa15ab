package dev.counterfoil.ledger.redis;

import dev.counterfoil.ledger.AccountLeg;
import dev.counterfoil.ledger.CardLeg;
import dev.counterfoil.ledger.CardState;
import dev.counterfoil.ledger.Cell;
import dev.counterfoil.ledger.Closing;
import dev.counterfoil.ledger.CodesAddLeg;
import dev.counterfoil.ledger.CodesLeg;
import dev.counterfoil.ledger.DueLeg;
import dev.counterfoil.ledger.Durability;
import dev.counterfoil.ledger.FollowLeg;
import dev.counterfoil.ledger.HoldLeg;
import dev.counterfoil.ledger.Leg;
import dev.counterfoil.ledger.NewCardLeg;
import dev.counterfoil.ledger.PaidLeg;
import dev.counterfoil.ledger.QuotaLeg;
import dev.counterfoil.ledger.StockLeg;
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
    /** In place of data: nothing is to be written, and of a look the key's record counts. */
    private static final byte[] PREVIEW = new byte[0];

    private static final byte[] LOOK = {'?'};

    /** Where a number may be missing, and of the catalog's version. */
    private static final long NO_NUMBER = -1;

    private final Cell cell;
    private final List<byte[]> wholes = new ArrayList<>(4);
    private final List<byte[]> keys = new ArrayList<>(4);
    private final Packed shape = new Packed();
    private final Packed own = new Packed();
    private final JsonArray journaledLegs = new JsonArray();
    private final Set<String> met = new HashSet<>();
    private final JsonObject data;
    private final Packed packed;
    private final byte[] journaled;
    private final boolean durable;

    /**
     * A transaction to be posted.
     *
     * @param durability the level that the step itself is to reach, not {@link Durability#SETTLED}
     */
    PostCall(Transaction transaction, Durability durability) {
        this(transaction, transaction.legs(), durability, null);
    }

    /** A transaction that is only tried. */
    static PostCall preview(Transaction transaction) {
        return new PostCall(transaction, transaction.legs(), Durability.ACCEPTED, PREVIEW);
    }

    /** A look at the record of a transaction's key, and at what its first leg says. */
    static PostCall look(Transaction transaction) {
        return new PostCall(transaction, transaction.legs().subList(0, 1), Durability.ACCEPTED, LOOK);
    }

    private PostCall(Transaction transaction, List<Leg> legs, Durability durability, byte @Nullable [] inPlaceOfData) {
        this.cell = transaction.cell();
        this.durable = durability == Durability.DURABLE;
        wholes.add(RedisKeys.idempotency(cell, transaction.key().record()));
        shape.number(orNone(transaction.catalogVersion()));
        legs.forEach(this::leg);
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
        this.packed = new Packed()
                .number(own.values())
                .number(wholes.size() - 1)
                .number(keys.size())
                .text(transaction.key().fingerprint())
                .text(transaction.requestId())
                .text(shape.counted())
                .append(own);
        this.journaled = inPlaceOfData == null ? RedisKeys.bytes(data.encode()) : inPlaceOfData;
    }

    /** Of its keys those that hold one value, which the script reads first: its record, and the counters of its quotas. */
    List<byte[]> wholes() {
        return wholes;
    }

    /** Its other keys. */
    List<byte[]> keys() {
        return keys;
    }

    /** How many keys it has. */
    int keyCount() {
        return wholes.size() + keys.size();
    }

    /** The transaction as the script unpacks it: what it says alone, and in one text what others say alike. */
    Packed packed() {
        return packed;
    }

    /** What the journal keeps of the request, as bytes; or what stands in place of it where nothing is to be written. */
    byte[] journaled() {
        return journaled;
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
        return (long) packed.length() + journaled.length;
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
            key(RedisKeys.codes(cell, codes.sku()));
            shape.text("codes").number(codes.count());
            journaledLegs.add(new JsonArray().add("codes").add(codes.sku()).add(-codes.count()));
        } else if (leg instanceof CodesAddLeg) {
            codesAdd((CodesAddLeg) leg);
        } else if (leg instanceof AccountLeg) {
            account((AccountLeg) leg);
        } else if (leg instanceof DueLeg) {
            due((DueLeg) leg);
        } else if (leg instanceof PaidLeg) {
            PaidLeg paid = (PaidLeg) leg;
            shape.text("paid").truth(paid.mayRemain()).truth(paid.mayBeNothing());
            JsonArray journaled = new JsonArray().add("paid").add(paid.mayRemain() ? 1 : 0);
            journaledLegs.add(paid.mayBeNothing() ? journaled.add(1) : journaled);
        } else if (leg instanceof QuotaLeg) {
            quota((QuotaLeg) leg);
        } else if (leg instanceof HoldLeg) {
            long lastsMs = ((HoldLeg) leg).lastsMs();
            key(RedisKeys.holds(cell));
            shape.text("hold").number(lastsMs);
            journaledLegs.add(new JsonArray().add("hold").add(lastsMs));
        } else if (leg instanceof FollowLeg) {
            follow((FollowLeg) leg);
        }
    }

    private void card(CardLeg card) {
        card.ids().forEach(id -> key(RedisKeys.card(cell, id)));
        String spender = card.spender();
        String owner = card.newOwner();
        CardState state = card.newState();
        boolean more = card.number() != null
                || card.expectedBalance() != null
                || state != null
                || card.newExpiresAtMs() != null
                || card.setAside() != 0
                || owner != null;
        shape.text("card").truth(card.untold()).number(card.ids().size());
        card.ids().forEach(own::text);
        own.text(spender == null ? "*" : "=" + spender);
        shape.text(card.allowedLetters()).truth(card.refuseExpired()).number(card.sign());
        shape.number(card.prices().size());
        card.prices().forEach(price -> shape.text(price.typeToken()).number(price.amount()));
        shape.truth(more);
        if (more) {
            shape.text(orNothing(card.number())).number(orNone(card.expectedBalance()));
            shape.text(state == null ? "" : String.valueOf(state.letter())).number(orNone(card.newExpiresAtMs()));
            aside(card.setAside());
            shape.text(orNothing(owner));
        }
        JsonArray journaled = new JsonArray().add("card").add(card.sign());
        if (card.setAside() != 0 || owner != null) {
            journaled.add(asideText(card.setAside()));
        }
        if (owner != null) {
            journaled.add(owner);
        }
        journaledLegs.add(journaled);
    }

    private static String orNothing(@Nullable String text) {
        return text == null ? "" : text;
    }

    private static long orNone(@Nullable Long number) {
        return number == null ? NO_NUMBER : number;
    }

    private void aside(long amount) {
        if (amount == 0 || amount == Leg.ASIDE_AMOUNT) {
            shape.text(asideText(amount));
        } else {
            shape.number(amount);
        }
    }

    private static String asideText(long amount) {
        return amount == 0 ? "" : amount == Leg.ASIDE_AMOUNT ? "+" : Long.toString(amount);
    }

    private void follow(FollowLeg follow) {
        Closing closing = follow.closing();
        String how = closing == null ? "" : String.valueOf(closing.letter());
        String key = RedisKeys.followed(cell, follow.of());
        key(key);
        if (closing != null) {
            key(RedisKeys.holds(cell));
        }
        shape.text("follow").number(follow.of()).text(how).text(follow.state());
        shape.number(follow.fromMs()).number(follow.untilMs()).number(follow.expiresAtMs());
        shape.number(follow.parts().size());
        JsonArray journaled = new JsonArray()
                .add("follow")
                .add(follow.of())
                .add(how)
                .add(follow.state())
                .add(follow.expiresAtMs());
        for (FollowLeg.Part part : follow.parts()) {
            claimField(key, part.name());
            shape.text(part.name()).number(part.before()).number(part.delta()).number(part.whole());
            journaled.add(part.name()).add(part.delta()).add(part.whole());
        }
        journaledLegs.add(journaled);
    }

    private void newCard(NewCardLeg card) {
        String state = String.valueOf(card.state().letter());
        key(RedisKeys.card(cell, card.id()));
        own.text(card.apiId()).text(card.number());
        shape.text("new_card").text(card.typeToken()).number(card.amount());
        shape.text(state).number(card.expiresAtMs());
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
        key(RedisKeys.item(cell, stock.sku()));
        shape.text("stock").number(stock.delta()).number(stock.opensAtMs()).number(stock.closesAtMs());
        journaledLegs.add(new JsonArray().add("stock").add(stock.sku()).add(stock.delta()));
    }

    private void codesAdd(CodesAddLeg codes) {
        key(RedisKeys.codes(cell, codes.sku()));
        shape.text("codes_add").number(codes.codes().size());
        JsonArray leg = new JsonArray()
                .add(codes.returned() ? "codes_back" : "codes_add")
                .add(codes.sku())
                .add(codes.codes().size());
        for (String code : codes.codes()) {
            own.text(code);
            leg.add(code.substring(0, code.indexOf(':')));
        }
        journaledLegs.add(leg);
    }

    private void account(AccountLeg account) {
        String key = RedisKeys.account(cell, account.account());
        claimField(key, "b:" + account.asset());
        if (account.frozen() != null) {
            claimField(key, "f");
        }
        if (account.verified() != null) {
            claimField(key, "v");
        }
        keys.add(RedisKeys.bytes(key));
        shape.text("account").text(account.asset());
        shape.number(account.sign()).number(account.amount());
        shape.truth(account.refuseFrozen()).truth(account.refuseUnverified());
        shape.text(flag(account.frozen())).text(flag(account.verified()));
        aside(account.setAside());
        shape.text(account.lots());
        attributes(account.expected());
        attributes(account.attributes());
        account.attributes().keySet().forEach(name -> claimField(key, "a:" + name));
        JsonArray journaled = new JsonArray()
                .add("account")
                .add(account.account())
                .add(account.asset())
                .add(account.sign())
                .add(flag(account.frozen()))
                .add(flag(account.verified()));
        if (account.setAside() != 0 || !account.attributes().isEmpty()) {
            journaled.add(asideText(account.setAside()));
        }
        account.attributes().forEach((name, value) -> journaled.add(name).add(value));
        journaledLegs.add(journaled);
    }

    private void attributes(Map<String, String> attributes) {
        shape.number(attributes.size());
        attributes.forEach((name, value) -> shape.text(name).text(value));
    }

    private static String flag(@Nullable Boolean flag) {
        return flag == null ? "" : flag ? "1" : "0";
    }

    private void due(DueLeg due) {
        JsonArray journaled = new JsonArray().add("due");
        shape.text("due").number(due.amounts().size());
        for (long amount : due.amounts()) {
            shape.number(amount);
            journaled.add(amount);
        }
        shape.number(due.payers().size());
        for (List<Integer> places : due.payers()) {
            shape.number(places.size());
            places.forEach(place -> shape.number(place + 1));
        }
        journaledLegs.add(journaled);
    }

    private void quota(QuotaLeg quota) {
        String key = RedisKeys.quota(cell, quota.key());
        claim(key, key);
        wholes.add(RedisKeys.bytes(key));
        shape.text("quota").text(quota.name()).number(quota.delta()).number(quota.limit());
        shape.number(quota.fromMs()).number(quota.untilMs()).number(quota.expiresAtMs());
        shape.truth(quota.clamp()).number(orNone(quota.expected()));
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
}
