package dev.counterfoil.loadtest.fuzz;

import dev.counterfoil.loadtest.fuzz.Draft.Due;
import dev.counterfoil.loadtest.fuzz.JsonText.Span;
import dev.counterfoil.loadtest.fuzz.Mutation.Change;
import dev.counterfoil.loadtest.fuzz.Mutation.Kind;
import java.util.List;
import java.util.Locale;
import java.util.random.RandomGenerator;

/** What can be wrong with the JSON of a body. */
final class JsonMutations {
    private static final List<String> OTHER_TYPES =
            Samples.words("null|true|false|0|1|\"\"|\"x\"|[]|{}|[null]|[[]]|{\"a\":1}|\"null\"|\"true\"|\"1\"|1.0");
    private static final List<String> NUMBERS = List.of(
            "0",
            "-0",
            "-1",
            "1",
            "2147483647",
            "2147483648",
            "4294967296",
            "9007199254740991",
            "9007199254740992",
            "9007199254740993",
            "-9007199254740992",
            "9223372036854775807",
            "9223372036854775808",
            "-9223372036854775808",
            "-9223372036854775809",
            "18446744073709551616",
            "1e400",
            "-1e400",
            "1e-400",
            "1e2",
            "1E+2",
            "10e-1",
            "1.0",
            "1.5",
            "0.1",
            "1.00000000000000000000000000001",
            "1e999999999",
            "1e-999999999",
            "1e99999999999999999999",
            "00",
            "01",
            "+1",
            ".5",
            "5.",
            "1.",
            "0x10",
            "1_000",
            "NaN",
            "Infinity",
            "-Infinity",
            "-",
            "1e",
            "1e+",
            "100000000000000000000",
            "1".repeat(400),
            "0." + "0".repeat(400) + "1",
            "1" + "0".repeat(4_000),
            "\"7\"",
            "7 7");
    private static final List<String> TEXTS =
            Samples.words("| |  x  |\\u0000|a\\u0000b|\\ud800|\\udc00x|\\ud83d\\ude00|\\ud800\\ud800|\\uFEFF|\\u2028|"
                    + "\\u202e|\\u0001|\\n|\\r\\n|\\t|\\\\|\\/|\\\"|\\u0022|\\u005c|\\x41|\\u12|\\uZZZZ|\\|"
                    + "'; drop table card; --|' or '1'='1|${jndi:ldap://127.0.0.1/x}|{{7*7}}|#{7*7}|%00|%s%n|"
                    + "../../etc/passwd|{demo.0}|demo.0|a:b|:|::|*|?|a b|a,b|-|--|/|//|.|..|null|true|NaN|0|-1|1e400|"
                    + "card_AAAAAAAAAAAAAAAA|tx_0000000000001|tx_zzzzzzzzzzzzz|tx_-1|bt_x|CNY|cny|"
                    + "2026-02-30T00:00:00Z|2026-01-01T24:00:00Z|2026-01-01T23:59:60Z|9999-12-31T23:59:59Z|"
                    + "+1000000000-01-01T00:00:00Z|-0001-01-01T00:00:00Z|0000-00-00T00:00:00Z|"
                    + "2026-01-01T00:00:00+99:99|2026-01-01|1795248000");

    private JsonMutations() {}

    static List<Mutation> shape() {
        return List.of(
                of(Kind.SHAPE, "another type", (draft, world, random) -> replaceValue(draft, random, OTHER_TYPES)),
                of(Kind.SHAPE, "a member less", JsonMutations::dropMember),
                of(Kind.SHAPE, "a member more", JsonMutations::addMember),
                of(Kind.SHAPE, "a member twice", JsonMutations::doubleMember),
                of(Kind.SHAPE, "two members swapped", JsonMutations::swapValues),
                of(Kind.SHAPE, "deep", (draft, world, random) -> {
                    int depth = Samples.pick(List.of(60, 500, 1_001, 5_000, 20_000), random);
                    boolean array = random.nextBoolean();
                    replaceValue(
                            draft,
                            random,
                            List.of((array ? "[" : "{\"a\":").repeat(depth) + "1"
                                    + (random.nextInt(4) == 0 ? "" : (array ? "]" : "}").repeat(depth))));
                }),
                of(
                        Kind.SHAPE,
                        "wide",
                        (draft, world, random) -> replaceValue(
                                draft,
                                random,
                                List.of(
                                        "[" + "0,".repeat(5_000) + "0]",
                                        many("\"k%d\":0", 3_000),
                                        many("\"%d\":\"x\"", 21)))),
                of(
                        Kind.SHAPE,
                        "the whole replaced",
                        (draft, world, random) -> draft.body = Samples.pick(OTHER_TYPES, random)),
                of(Kind.SHAPE, "no body", (draft, world, random) -> draft.body = ""),
                of(
                        Kind.SHAPE,
                        "a list of itself",
                        (draft, world, random) -> draft.body = "[" + draft.body + "," + draft.body + "]"),
                of(Kind.SHAPE, "a secret where none belongs", (draft, world, random) -> {
                    String secret = world.secret(random);
                    draft.secrets.add(secret);
                    // At the top, which takes no names but its own: metadata would be told again by right.
                    insertMember(draft, 0, "\"unexpected\":\"" + secret + "\"");
                }));
    }

    static List<Mutation> number() {
        return List.of(
                of(
                        Kind.NUMBER,
                        "a number",
                        (draft, world, random) -> replaceLike(draft, random, "-?\\d.*", Samples.pick(NUMBERS, random))),
                of(
                        Kind.NUMBER,
                        "a random number",
                        (draft, world, random) -> replaceLike(
                                draft, random, "-?\\d.*", Long.toString(random.nextLong() >> random.nextInt(63)))),
                of(
                        Kind.NUMBER,
                        "a number for anything",
                        (draft, world, random) -> replaceValue(draft, random, NUMBERS)));
    }

    static List<Mutation> text() {
        return List.of(
                of(
                        Kind.TEXT,
                        "a text",
                        (draft, world, random) ->
                                replaceLike(draft, random, "\".*", "\"" + Samples.pick(TEXTS, random) + "\"")),
                of(Kind.TEXT, "a text behind", (draft, world, random) -> {
                    Span text = like(draft, random, "\".*");
                    if (text.end() > text.start()) {
                        draft.body = new Span(text.end() - 1, text.end() - 1)
                                .replaced(draft.body, Samples.pick(TEXTS, random));
                    }
                }),
                of(
                        Kind.TEXT,
                        "a long text",
                        (draft, world, random) -> replaceLike(
                                draft,
                                random,
                                "\".*",
                                "\""
                                        + Samples.pick(
                                                        List.of(
                                                                "x",
                                                                "\\u00e9",
                                                                "\\ud83d\\ude00",
                                                                Draft.utf8("卡"),
                                                                Draft.utf8("😀")),
                                                        random)
                                                .repeat(Samples.pick(
                                                        List.of(
                                                                32, 33, 64, 65, 128, 129, 200, 201, 255, 256, 300,
                                                                5_000),
                                                        random))
                                        + "\"")),
                of(
                        Kind.TEXT,
                        "raw characters",
                        (draft, world, random) -> replaceLike(
                                draft,
                                random,
                                "\".*",
                                "\""
                                        + Samples.pick(
                                                List.of(
                                                        "\0",
                                                        "\n",
                                                        "\r",
                                                        "\t",
                                                        "\u0001",
                                                        "\u001b",
                                                        "\u007f",
                                                        Draft.utf8("é"),
                                                        Draft.utf8("卡券"),
                                                        Draft.utf8("😀"),
                                                        Draft.utf8("\u202e"),
                                                        Draft.utf8("\uFEFF"),
                                                        Draft.utf8("\uFFFF"),
                                                        Draft.utf8("e\u0301"),
                                                        Draft.utf8("１２３")),
                                                random)
                                        + "\"")),
                of(Kind.TEXT, "another case", (draft, world, random) -> {
                    Span text = like(draft, random, "\".*");
                    draft.body = text.replaced(draft.body, text.in(draft.body).toLowerCase(Locale.ROOT));
                }),
                of(
                        Kind.TEXT,
                        "another secret",
                        (draft, world, random) -> draft.body = draft.body.replaceFirst(
                                "(\"secret\":\")[^\"]*", "$1" + Long.toString(random.nextLong(1L << 60), 36))));
    }

    static Mutation of(Kind kind, String name, Change change) {
        return new Mutation(kind, name, (draft, world, random) -> {
            change.apply(draft, world, random);
            if (draft.body.length() > 60_000) {
                // What is past the limit may be refused, and the connection closed, while it is still sent.
                draft.weaken(Due.ANSWER_OR_END);
            }
        });
    }

    private static String many(String member, int count) {
        StringBuilder all = new StringBuilder("{");
        for (int i = 0; i < count; i++) {
            all.append(i == 0 ? "" : ",").append(member.formatted(i));
        }
        return all.append('}').toString();
    }

    private static void replaceValue(Draft draft, RandomGenerator random, List<String> by) {
        List<Span> values = JsonText.of(draft.body).values();
        String value = Samples.pick(by, random);
        draft.body = values.isEmpty() ? value : Samples.pick(values, random).replaced(draft.body, value);
    }

    private static void replaceLike(Draft draft, RandomGenerator random, String form, String by) {
        draft.body = like(draft, random, form).replaced(draft.body, by);
    }

    /** A value of that form, else any, else the whole. */
    private static Span like(Draft draft, RandomGenerator random, String form) {
        List<Span> values = JsonText.of(draft.body).values();
        List<Span> alike = values.stream()
                .filter(each -> each.in(draft.body).matches("(?s)" + form))
                .toList();
        if (values.isEmpty()) {
            return new Span(0, draft.body.length());
        }
        return Samples.pick(alike.isEmpty() ? values : alike, random);
    }

    private static void dropMember(Draft draft, World world, RandomGenerator random) {
        List<Span> members = JsonText.of(draft.body).members();
        if (!members.isEmpty()) {
            Span member = Samples.pick(members, random);
            int end = member.end();
            int start = member.start();
            if (end < draft.body.length() && draft.body.charAt(end) == ',') {
                end++;
            } else if (start > 0 && draft.body.charAt(start - 1) == ',') {
                start--;
            }
            draft.body = new Span(start, end).replaced(draft.body, "");
        }
    }

    private static void addMember(Draft draft, World world, RandomGenerator random) {
        insertMember(
                draft,
                random,
                Samples.pick(
                        List.of(
                                "\"unexpected\":1",
                                "\"\":1",
                                "\"__proto__\":{\"a\":1}",
                                "\"a\\u0000b\":1",
                                "\"\\ud800\":1",
                                "\"id\":\"x\"",
                                "\"balance\":1",
                                "\"" + "k".repeat(5_000) + "\":1",
                                "\"" + Draft.utf8("名") + "\":1",
                                "\"~1/~0\":1",
                                "\"SECRET\":1",
                                "\"metadata\":{\"k\":\"\\u0000\"}",
                                "\"metadata\":{\"\":\"\"}",
                                "\"reference\":\"\\u0000\"",
                                "\"account\":\"\\ud800\"",
                                "\"hold\":{\"seconds\":1}",
                                "\"hold\":{\"seconds\":86401}",
                                "\"up_to\":true",
                                "\"client\":{\"ip\":\"x\"}",
                                "1:1"),
                        random));
    }

    private static void insertMember(Draft draft, RandomGenerator random, String member) {
        insertMember(
                draft,
                random.nextInt(Math.max(1, JsonText.of(draft.body).openings().size())),
                member);
    }

    /** @param object which of them, in the order in which they begin */
    private static void insertMember(Draft draft, int object, String member) {
        List<Integer> openings = JsonText.of(draft.body).openings();
        if (!openings.isEmpty()) {
            int at = openings.get(object);
            boolean empty = at < draft.body.length() && draft.body.charAt(at) == '}';
            draft.body = new Span(at, at).replaced(draft.body, member + (empty ? "" : ","));
        }
    }

    private static void doubleMember(Draft draft, World world, RandomGenerator random) {
        List<Span> members = JsonText.of(draft.body).members();
        if (!members.isEmpty()) {
            Span member = Samples.pick(members, random);
            String copy = member.in(draft.body);
            String other = random.nextBoolean() ? copy : copy.substring(0, copy.indexOf(':') + 1) + "1";
            draft.body = new Span(member.end(), member.end()).replaced(draft.body, "," + other);
        }
    }

    private static void swapValues(Draft draft, World world, RandomGenerator random) {
        // Secrets stay where they are: elsewhere they may be answered by right.
        List<Span> scalars = JsonText.of(draft.body).values().stream()
                .filter(each -> each.in(draft.body).matches("[^{\\[]*"))
                .filter(each -> !draft.body.substring(0, each.start()).endsWith("\"secret\":"))
                .toList();
        if (scalars.size() > 1) {
            Span first = Samples.pick(scalars, random);
            Span second = Samples.pick(scalars, random);
            if (first.end() <= second.start()) {
                String value = first.in(draft.body);
                draft.body = first.replaced(second.replaced(draft.body, value), second.in(draft.body));
            }
        }
    }
}
