package dev.counterfoil.ledger.model;

import dev.counterfoil.ledger.Account;
import dev.counterfoil.ledger.Amounts;
import dev.counterfoil.ledger.Leg.AccountLeg;
import dev.counterfoil.ledger.Leg.Price;
import dev.counterfoil.ledger.Refusal;
import dev.counterfoil.ledger.model.Stored.FieldChange;
import dev.counterfoil.ledger.model.Stored.Fields;
import io.vertx.core.json.JsonArray;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
            Map<String, Long> balances = new HashMap<>();
            fields.forEach((field, value) -> {
                if (field.startsWith("b:")) {
                    balances.put(field.substring(2), Long.valueOf(value));
                }
            });
            return new Account(id, fields.containsKey("f"), fields.containsKey("v"), balances);
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
        return new JsonArray()
                .add("account")
                .add(leg.account())
                .add(leg.asset())
                .add(leg.sign())
                .add(flag(leg.frozen()))
                .add(flag(leg.verified()));
    }

    private static String flag(@Nullable Boolean flag) {
        return flag == null ? "" : flag ? "1" : "0";
    }

    @Override
    Verdict check(AccountLeg leg, ReferenceCell cell, long nowMs) {
        Map<String, String> account = account(leg, cell, nowMs).fields();
        long balance = balance(leg, cell, nowMs);
        if (leg.refuseFrozen() && account.containsKey("f")) {
            return Verdict.refuses(Refusal.ACCOUNT_FROZEN);
        } else if (leg.refuseUnverified() && !account.containsKey("v")) {
            return Verdict.refuses(Refusal.ACCOUNT_UNVERIFIED);
        }
        boolean drawn = leg.amount() == Price.DRAWN;
        if (leg.sign() < 0 && !drawn && balance < leg.amount()) {
            return Verdict.lacks(Refusal.INSUFFICIENT_BALANCE, leg.amount(), balance);
        }
        long amount = drawn ? cell.dues().drawn(balance) : leg.amount();
        long after = balance + leg.sign() * amount;
        if (after > Amounts.MAX) {
            throw fault("a credit would pass 2^53-1");
        }
        Map<String, String> changes = new HashMap<>();
        if (leg.sign() != 0 && amount > 0) {
            changes.put(field(leg), Long.toString(after));
        }
        set(changes, "f", leg.frozen());
        set(changes, "v", leg.verified());
        return Verdict.moves(
                new JsonArray().add(amount).add(after),
                key(leg) + " " + field(leg),
                new FieldChange(key(leg), changes));
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
        return new AccountLeg(
                account,
                asset,
                sign,
                draw.near(sign < 0 ? balance : Amounts.MAX - balance),
                draw.chance(70),
                draw.chance(20),
                draw.chance(85) ? null : draw.chance(35),
                draw.chance(85) ? null : draw.chance(65));
    }
}
