package dev.counterfoil.ledger.model;

import dev.counterfoil.ledger.Account;
import dev.counterfoil.ledger.AccountLeg;
import dev.counterfoil.ledger.Amounts;
import dev.counterfoil.ledger.Lot;
import dev.counterfoil.ledger.Price;
import dev.counterfoil.ledger.Refusal;
import dev.counterfoil.ledger.model.Stored.FieldChange;
import dev.counterfoil.ledger.model.Stored.Fields;
import io.vertx.core.json.JsonArray;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A holder's balance of one asset moves, or his account changes a flag. */
final class AccountKind extends LegKind<AccountLeg> {
    AccountKind() {
        super(AccountLeg.class, 18);
    }

    @Override
    List<String> keys(AccountLeg leg) {
        List<String> keys = new ArrayList<>(List.of(key(leg) + " " + field(leg)));
        if (leg.frozen() != null) {
            keys.add(key(leg) + " f");
        }
        if (leg.verified() != null) {
            keys.add(key(leg) + " v");
        }
        leg.attributes().keySet().forEach(name -> keys.add(key(leg) + " a:" + name));
        return keys;
    }

    private static String key(AccountLeg leg) {
        return key(leg.account());
    }

    private static String key(String account) {
        return "acct:" + account.length() + ":" + account;
    }

    static Optional<Account> account(ReferenceCell cell, String id, long nowMs) {
        return cell.find(key(id), Fields.class, nowMs).map(Fields::fields).map(fields -> {
            SortedMap<String, Account.Balance> balances = new TreeMap<>();
            fields.forEach((field, value) -> {
                if (field.startsWith("b:")) {
                    String asset = field.substring(2);
                    Lots lots = new Lots(fields.getOrDefault("l:" + asset, ""));
                    long lapsed = lots.lapse(nowMs);
                    balances.put(
                            asset,
                            new Account.Balance(
                                    Long.parseLong(value) - lapsed,
                                    Long.parseLong(fields.getOrDefault("h:" + asset, "0")),
                                    Lot.parse(lots.text())));
                }
            });
            SortedMap<String, String> attributes = new TreeMap<>();
            fields.forEach((field, value) -> {
                if (field.startsWith("a:")) {
                    attributes.put(field.substring(2), value);
                }
            });
            return new Account(id, fields.containsKey("f"), fields.containsKey("v"), balances, attributes);
        });
    }

    private static String field(AccountLeg leg) {
        return "b:" + leg.asset();
    }

    private static Fields account(AccountLeg leg, ReferenceCell cell, long nowMs) {
        return cell.find(key(leg), Fields.class, nowMs).orElse(new Fields(Map.of()));
    }

    private static long balance(AccountLeg leg, ReferenceCell cell, long nowMs) {
        return Long.parseLong(account(leg, cell, nowMs).fields().getOrDefault(field(leg), "0"));
    }

    @Override
    JsonArray data(AccountLeg leg) {
        JsonArray data = new JsonArray()
                .add("account")
                .add(leg.account())
                .add(leg.asset())
                .add(leg.sign())
                .add(flag(leg.frozen()))
                .add(flag(leg.verified()));
        if (leg.setAside() != 0 || !leg.attributes().isEmpty()) {
            data.add(leg.setAside() == 0 ? "" : asideText(leg.setAside()));
        }
        leg.attributes().forEach((name, value) -> data.add(name).add(value));
        return data;
    }

    private static String flag(@Nullable Boolean flag) {
        return flag == null ? "" : flag ? "1" : "0";
    }

    @Override
    Verdict check(AccountLeg leg, ReferenceCell cell, long nowMs) {
        Map<String, String> account = account(leg, cell, nowMs).fields();
        long stored = balance(leg, cell, nowMs);
        String kept = account.get("l:" + leg.asset());
        boolean inLots = leg.sign() != 0 && (kept != null || !leg.lots().isEmpty());
        Lots lots = new Lots(kept != null ? kept : stored > 0 ? "0:-:" + stored + ";" : "");
        long lapsed = inLots ? lots.lapse(nowMs) : 0;
        long balance = inLots && leg.sign() < 0 ? lots.of(leg.lots()) : stored - lapsed;
        if (leg.refuseFrozen() && account.containsKey("f")) {
            return Verdict.refuses(Refusal.ACCOUNT_FROZEN);
        } else if (leg.refuseUnverified() && !account.containsKey("v")) {
            return Verdict.refuses(Refusal.ACCOUNT_UNVERIFIED);
        } else if (!leg.expected().entrySet().stream()
                .allMatch(one -> account.getOrDefault("a:" + one.getKey(), "").equals(one.getValue()))) {
            return Verdict.refuses(Refusal.ACCOUNT_UNEXPECTED);
        }
        boolean drawn = leg.amount() == Price.DRAWN;
        if (leg.sign() < 0 && !drawn && balance < leg.amount()) {
            return Verdict.lacks(Refusal.INSUFFICIENT_BALANCE, leg.amount(), balance);
        }
        long amount = drawn ? cell.dues().drawn(balance) : leg.amount();
        long after = stored - lapsed + leg.sign() * amount;
        if (after > Amounts.MAX) {
            return pastTheBound(amount, stored - lapsed);
        }
        Map<String, String> changes = new HashMap<>();
        JsonArray result = new JsonArray().add(amount).add(after);
        if (inLots) {
            String moved = leg.sign() > 0 ? lots.add(leg.lots(), amount) : lots.take(leg.lots(), amount);
            result.add(moved).add(lapsed).add(lots.text());
            changes.put("l:" + leg.asset(), lots.text());
        }
        if (leg.sign() != 0 && (amount > 0 || inLots)) {
            changes.put(field(leg), Long.toString(after));
        }
        long aside = Long.parseLong(account.getOrDefault("h:" + leg.asset(), "0"));
        long asideAfter = keptAside(aside, leg.setAside(), amount);
        if (asideAfter > Amounts.MAX) {
            return pastTheBound(amount, aside);
        }
        changes.put("h:" + leg.asset(), asideAfter == 0 ? "" : Long.toString(asideAfter));
        set(changes, "f", leg.frozen());
        set(changes, "v", leg.verified());
        leg.attributes().forEach((name, value) -> changes.put("a:" + name, value));
        return Verdict.moves(result, key(leg) + " " + field(leg), new FieldChange(key(leg), changes));
    }

    /** A flag that is down is not stored; an empty value takes the field away. */
    private static void set(Map<String, String> changes, String field, @Nullable Boolean flag) {
        if (flag != null) {
            changes.put(field, flag ? "1" : "");
        }
    }

    @Override
    AccountLeg draw(Draw draw) {
        String account = draw.account();
        String asset = draw.pick("CNY", "points");
        long balance = balance(AccountLeg.pays(account, asset, 0), draw.cell(), draw.nowMs());
        int sign = draw.pick(-1, -1, 1, 1, 0);
        Map<String, String> fields = account(AccountLeg.pays(account, asset, 0), draw.cell(), draw.nowMs())
                .fields();
        String lots = draw.chance(70) ? "" : sign > 0 ? draw.lots() : draw.pick("paid", "bonus", "paid,bonus", "-");
        long amount = draw.near(sign < 0 ? balance : Amounts.MAX - balance);
        return new AccountLeg(
                account,
                asset,
                sign,
                sign > 0 && !lots.isEmpty() && draw.chance(97) ? Lots.sum(lots) : amount,
                draw.chance(70),
                draw.chance(20),
                draw.chance(85) ? null : draw.chance(35),
                draw.chance(85) ? null : draw.chance(65),
                draw.chance(85) ? 0 : draw.aside(Long.parseLong(fields.getOrDefault("h:" + asset, "0"))),
                lots,
                draw.chance(75) ? Map.of() : Map.of("tier", draw.pick("gold", "", fields.getOrDefault("a:tier", ""))),
                draw.chance(80) ? Map.of() : Map.of("tier", draw.pick("gold", "silver", "")));
    }
}
