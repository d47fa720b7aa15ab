package dev.counterfoil.ledger.model;

import dev.counterfoil.ledger.Amounts;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;

/** A balance in lots as the contract describes it: the soonest to expire first, those that never do last. */
final class Lots {
    private static final int MOST = 32;
    private static final Comparator<Lot> SOONEST =
            Comparator.comparingLong(lot -> lot.expiresMs() == 0 ? Long.MAX_VALUE : lot.expiresMs());

    private record Lot(long expiresMs, String tag, long amount) {
        boolean like(Lot other) {
            return expiresMs == other.expiresMs && tag.equals(other.tag);
        }

        Lot with(long newAmount) {
            return new Lot(expiresMs, tag, newAmount);
        }
    }

    private final List<Lot> lots;

    Lots(String text) {
        this.lots = new ArrayList<>(parse(text));
    }

    private static List<Lot> parse(String text) {
        List<Lot> lots = new ArrayList<>();
        if (!text.isEmpty()) {
            for (String lot : text.split(";")) {
                String[] parts = lot.split(":");
                long amount = whole(parts[2]);
                if (amount == 0) {
                    throw LegKind.fault("a lot of nothing");
                }
                lots.add(new Lot(whole(parts[0]), parts[1], amount));
            }
        }
        return lots;
    }

    private static long whole(String text) {
        long value = Long.parseLong(text);
        if (value > Amounts.MAX || !Long.toString(value).equals(text)) {
            throw LegKind.fault("not a plain integer");
        }
        return value;
    }

    /** What the lots of {@code text} come to, malformed or not. */
    static long sum(String text) {
        long sum = 0;
        for (String lot : text.split(";")) {
            sum += Long.parseLong(lot.substring(lot.lastIndexOf(':') + 1));
        }
        return sum;
    }

    String text() {
        return text(lots);
    }

    private static String text(List<Lot> lots) {
        return lots.stream()
                .map(lot -> lot.expiresMs() + ":" + lot.tag() + ":" + lot.amount() + ";")
                .collect(Collectors.joining());
    }

    /** Drops what has expired; returns how much that was. */
    long lapse(long nowMs) {
        long lapsed = lots.stream()
                .filter(lot -> lot.expiresMs() > 0 && lot.expiresMs() <= nowMs)
                .mapToLong(Lot::amount)
                .sum();
        lots.removeIf(lot -> lot.expiresMs() > 0 && lot.expiresMs() <= nowMs);
        return lapsed;
    }

    /** What there is under the tags, all for the empty text. */
    long of(String tags) {
        return lots.stream()
                .filter(lot -> tags.isEmpty() || List.of(tags.split(",")).contains(lot.tag()))
                .mapToLong(Lot::amount)
                .sum();
    }

    String add(String named, long amount) {
        if (amount == 0) {
            return "";
        }
        List<Lot> adding = named.isEmpty() ? List.of(new Lot(0, "-", amount)) : parse(named);
        if (adding.stream().mapToLong(Lot::amount).sum() != amount) {
            throw LegKind.fault("the lots are not what is credited");
        }
        for (Lot lot : adding) {
            int like = -1;
            for (int i = 0; i < lots.size(); i++) {
                like = lots.get(i).like(lot) ? i : like;
            }
            if (like >= 0) {
                lots.set(like, lot.with(lots.get(like).amount() + lot.amount()));
            } else {
                lots.add(lot);
                lots.sort(SOONEST);
            }
        }
        bound();
        return text(adding);
    }

    String take(String tags, long amount) {
        List<Lot> taken = new ArrayList<>();
        long left = amount;
        for (String tag : tags.isEmpty() ? new String[] {""} : tags.split(",")) {
            for (int i = 0; i < lots.size() && left > 0; i++) {
                Lot lot = lots.get(i);
                long part = tag.isEmpty() || tag.equals(lot.tag()) ? Math.min(left, lot.amount()) : 0;
                if (part > 0) {
                    taken.add(lot.with(part));
                    lots.set(i, lot.with(lot.amount() - part));
                    left -= part;
                }
            }
            lots.removeIf(lot -> lot.amount() == 0);
        }
        bound();
        return text(taken);
    }

    private void bound() {
        if (lots.size() > MOST) {
            throw LegKind.fault("too many lots");
        }
    }
}
