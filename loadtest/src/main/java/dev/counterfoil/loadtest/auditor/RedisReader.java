package dev.counterfoil.loadtest.auditor;

import dev.counterfoil.loadtest.auditor.RedisBooks.Journaled;
import dev.counterfoil.loadtest.auditor.RedisBooks.KeyRecord;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Reads a cell: every key that carries its hash tag. */
final class RedisReader {
    private static final String PAGE = "500";

    private final RedisWire redis;
    private final String tag;

    private final Map<String, Card> cards = new HashMap<>();
    private final Map<String, Long> holders = new HashMap<>();
    private final Set<Long> openHolds = new TreeSet<>();
    private final Map<String, Long> units = new HashMap<>();
    private final Map<String, List<String>> pools = new HashMap<>();
    private final Map<String, Long> quotas = new HashMap<>();
    private final Map<String, KeyRecord> records = new HashMap<>();
    private final List<Journaled> journal = new ArrayList<>();
    private final List<String> malformed = new ArrayList<>();

    private RedisReader(RedisWire redis, String tag) {
        this.redis = redis;
        this.tag = tag;
    }

    /** The cell's sequence; 0 where it has none. */
    static long sequence(RedisWire redis, String tag) throws IOException {
        return number(redis.call("HGET", tag + ":meta", "seq"));
    }

    /** {@code tag} with its braces: {@code {demo.0}}. */
    static RedisBooks read(RedisWire redis, String tag) throws IOException {
        return new RedisReader(redis, tag).read();
    }

    private RedisBooks read() throws IOException {
        long sequence = sequence(redis, tag);
        long epoch = number(redis.call("HGET", tag + ":meta", "epoch"));
        Set<String> met = new HashSet<>();
        String cursor = "0";
        do {
            List<@Nullable Object> page = list(redis.call("SCAN", cursor, "MATCH", tag + ":*", "COUNT", PAGE));
            cursor = text(page.get(0));
            List<byte[]> names = new ArrayList<>();
            for (Object name : list(page.get(1))) {
                // SCAN may give a key twice. Names hold raw bytes, so they are compared letter for byte.
                if (met.add(new String(bytes(name), StandardCharsets.ISO_8859_1))) {
                    names.add(bytes(name));
                }
            }
            keys(names);
        } while (!cursor.equals("0"));
        readJournal();
        List<@Nullable Object> time = list(redis.call("TIME"));
        long nowMs = number(time.get(0)) * 1000 + number(time.get(1)) / 1000;
        return new RedisBooks(
                nowMs, epoch, sequence, cards, holders, openHolds, units, pools, quotas, records, journal, malformed);
    }

    private void keys(List<byte[]> names) throws IOException {
        List<byte[]> known = new ArrayList<>();
        List<List<byte[]>> commands = new ArrayList<>();
        for (byte[] name : names) {
            List<byte[]> command = command(name);
            if (!command.isEmpty()) {
                known.add(name);
                commands.add(command);
            }
        }
        List<@Nullable Object> replies = redis.pipeline(commands);
        for (int i = 0; i < replies.size(); i++) {
            Object reply = replies.get(i);
            // What has lapsed since SCAN named it.
            if (reply == null || (reply instanceof List<?> fields && fields.isEmpty())) {
                continue;
            }
            try {
                key(known.get(i), reply);
            } catch (IllegalArgumentException | ClassCastException e) {
                malformed.add(printable(known.get(i)) + " cannot be read");
            }
        }
    }

    /** How to read a key; empty when it is read elsewhere, or not known. */
    private List<byte[]> command(byte[] name) {
        return switch (kind(name)) {
            case "card", "item", "acct" -> List.of(utf8("HGETALL"), name);
            case "codes" -> List.of(utf8("LRANGE"), name, utf8("0"), utf8("-1"));
            case "quota", "idem" -> List.of(utf8("GET"), name);
            case "meta", "catalog", "journal" -> List.of();
            case "holds" -> List.of(utf8("ZRANGE"), name, utf8("0"), utf8("-1"));
            // A count lapses by itself; what it must come to is recounted from the journal.
            case "followed" -> List.of();
            // What gateways saw before a loss, and a journal that a rebuild put aside: neither is part of the books.
            case "seen", "lost" -> List.of();
            default -> {
                malformed.add(printable(name) + " is of no known kind");
                yield List.of();
            }
        };
    }

    private void key(byte[] name, Object reply) {
        int start = tag.length() + kind(name).length() + 2;
        byte[] rest = Arrays.copyOfRange(name, Math.min(start, name.length), name.length);
        String id = new String(rest, StandardCharsets.UTF_8);
        switch (kind(name)) {
            case "card" -> cards.put(id, card(fields(reply)));
            case "acct" -> holder(id.substring(id.indexOf(':') + 1), fields(reply));
            case "item" -> units.put(id, number(fields(reply).get("u")));
            case "codes" ->
                pools.put(id, list(reply).stream().map(RedisReader::text).toList());
            case "quota" -> quotas.put(id, number(reply));
            case "holds" -> list(reply).forEach(member -> openHolds.add(Long.parseLong(text(member))));
            default -> records.put(base64(rest), record(bytes(reply)));
        }
    }

    /** Balances stand in fields {@code b:<asset>}, what is held in {@code h:<asset>}; the others are lots and flags. */
    private void holder(String id, Map<String, byte[]> fields) {
        fields.forEach((field, value) -> {
            if (field.startsWith("b:")) {
                holders.put("account:" + field.substring(2) + ":" + id, Long.parseLong(text(value)));
            } else if (field.startsWith("h:")) {
                holders.put("held:" + field.substring(2) + ":" + id, Long.parseLong(text(value)));
            }
        });
    }

    private static Card card(Map<String, byte[]> fields) {
        return new Card(
                text(fields.get("c")),
                text(fields.get("n")),
                text(fields.get("t")),
                Long.parseLong(text(fields.get("b"))),
                fields.containsKey("s") ? text(fields.get("s")) : "a",
                number(fields.get("x")),
                number(fields.get("h")));
    }

    /** 16 bytes of fingerprint, P and the sequence, or R and the refusal. */
    private static KeyRecord record(byte[] value) {
        String fingerprint = base64(Arrays.copyOf(value, 16));
        String rest = new String(value, 17, value.length - 17, StandardCharsets.UTF_8);
        return switch (value[16]) {
            case 'P' -> new KeyRecord(fingerprint, Long.parseLong(rest));
            case 'R' -> new KeyRecord(fingerprint, 0);
            default -> throw new IllegalArgumentException("neither posted nor refused");
        };
    }

    private void readJournal() throws IOException {
        String from = "-";
        while (true) {
            List<@Nullable Object> page = list(redis.call("XRANGE", tag + ":journal", from, "+", "COUNT", PAGE));
            if (page.isEmpty()) {
                return;
            }
            for (Object entry : page) {
                String id = text(list(entry).get(0));
                entry(id, list(list(entry).get(1)));
                from = "(" + id;
            }
        }
    }

    /** An entry holds a batch: d, data, r, result, repeated; its id is the sequence of the first. */
    private void entry(String id, List<@Nullable Object> fields) {
        long sequence = Long.parseLong(id.substring(0, id.indexOf('-')));
        if (!id.endsWith("-0") || fields.size() % 4 != 0) {
            malformed.add("journal entry " + id + " cannot be read");
            return;
        }
        for (int i = 0; i < fields.size(); i += 4) {
            if (!text(fields.get(i)).equals("d") || !text(fields.get(i + 2)).equals("r")) {
                malformed.add("journal entry " + id + " cannot be read");
                return;
            }
            journal.add(new Journaled(sequence++, text(fields.get(i + 1)), text(fields.get(i + 3))));
        }
    }

    private String kind(byte[] name) {
        String text = new String(name, StandardCharsets.ISO_8859_1);
        int start = tag.length() + 1;
        int end = text.indexOf(':', start);
        return text.substring(start, end < 0 ? text.length() : end);
    }

    private String printable(byte[] name) {
        return kind(name).equals("idem")
                ? "idem " + base64(Arrays.copyOfRange(name, tag.length() + 6, name.length))
                : new String(name, StandardCharsets.UTF_8);
    }

    private static Map<String, byte[]> fields(Object reply) {
        List<@Nullable Object> flat = list(reply);
        Map<String, byte[]> fields = new HashMap<>();
        for (int i = 0; i < flat.size(); i += 2) {
            fields.put(text(flat.get(i)), bytes(flat.get(i + 1)));
        }
        return fields;
    }

    @SuppressWarnings("unchecked")
    private static List<@Nullable Object> list(@Nullable Object reply) {
        if (reply == null) {
            throw new IllegalArgumentException("no list");
        }
        return (List<@Nullable Object>) reply;
    }

    private static byte[] bytes(@Nullable Object reply) {
        if (reply == null) {
            throw new IllegalArgumentException("no value");
        }
        return (byte[]) reply;
    }

    private static String text(@Nullable Object reply) {
        return new String(bytes(reply), StandardCharsets.UTF_8);
    }

    /** 0 where there is nothing. */
    private static long number(@Nullable Object reply) {
        return reply == null ? 0 : Long.parseLong(text(reply));
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String base64(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }
}
