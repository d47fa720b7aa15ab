package dev.counterfoil.loadtest.fuzz;

import dev.counterfoil.loadtest.fuzz.Draft.Due;
import dev.counterfoil.loadtest.fuzz.Draft.Header;
import dev.counterfoil.loadtest.fuzz.Mutation.Change;
import dev.counterfoil.loadtest.fuzz.Mutation.Kind;
import java.util.List;
import java.util.Locale;
import java.util.random.RandomGenerator;

/** What can be wrong with headers. */
final class HeaderMutations {
    private static final List<String> CONTENT_TYPES =
            Samples.words("|text/plain|application/json; charset=utf-16|application/json;charset=latin1|"
                    + "application/json; charset=UTF-8|APPLICATION/JSON|application/json;|"
                    + "application/json; boundary=x|application/jsonx|application/x-ndjson|application/ndjson|"
                    + "multipart/form-data; boundary=x|multipart/form-data|application/x-www-form-urlencoded|*/*|"
                    + "application/problem+json|application/json, text/plain|\"|application/json; charset=\"utf-8");
    private static final List<String> NAMES = List.of(
            "",
            " ",
            "a b",
            "a\0b",
            "a\u00fc",
            "a:b",
            "a,b",
            "(a)",
            "{a}",
            "\"a\"",
            "a\t",
            " a",
            "\u007f",
            "x".repeat(9_000));
    private static final List<String> VALUES = List.of(
            "a\0b",
            "a\rb",
            "\u007f",
            "\u00fc",
            "\u0001",
            Draft.utf8("卡"),
            "\t",
            "x".repeat(4_000),
            "x".repeat(9_000),
            "x".repeat(70_000),
            "\u000b",
            "\"",
            "a, b, c",
            "%00",
            "${jndi:ldap://127.0.0.1/x}");
    /** Names that a server may listen to, and values that it should not mind. */
    private static final List<Header> TRAPS = List.of(
            new Header("X-Forwarded-For", "1.2.3.4"),
            new Header("X-Forwarded-For", "unknown, ::1, \"[::1]:80\", 999.1.1.1"),
            new Header("X-Forwarded-For", "1.1.1.1,".repeat(500)),
            new Header("X-Forwarded-Proto", "javascript"),
            new Header("X-Forwarded-Host", "a\"b"),
            new Header("Forwarded", "for=\"_gazonk\";proto=http;by=203.0.113.43"),
            new Header("Forwarded", "for=;;;,,,=\""),
            new Header("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"),
            new Header("traceparent", "00-00000000000000000000000000000000-0000000000000000-00"),
            new Header("traceparent", "ff-x-y-z"),
            new Header("traceparent", "00-" + "a".repeat(3_000)),
            new Header("tracestate", "a=1,".repeat(400)),
            new Header("X-Request-Id", "x\"},{\"code\":\"y"),
            new Header("X-Request-Id", "x".repeat(5_000)),
            new Header("Counterfoil-Durability", "eternal"),
            new Header("Counterfoil-Durability", ""),
            new Header("Counterfoil-Durability", "accepted, durable"),
            new Header("Counterfoil-Challenge", "x.y.z"),
            new Header("Counterfoil-Unknown", "1"),
            new Header("Signature", "sig=:AAAA:"),
            new Header("Signature-Input", "sig=(\"@method\" \"@target-uri\");created=1;keyid=\"x\""),
            new Header("Signature-Input", "((((("),
            new Header("Content-Digest", "sha-256=:AAAA:"),
            new Header("Content-Digest", "sha-256=:" + "A".repeat(3_000)),
            new Header("Expect", "100-continue"),
            new Header("Expect", "200-ok"),
            new Header("Connection", "close"),
            new Header("Connection", "keep-alive, close"),
            new Header("Connection", "Content-Length, Host, Authorization"),
            new Header("Connection", "\u00fc"),
            new Header("Keep-Alive", "timeout=-1, max=99999999999"),
            new Header("Upgrade", "websocket"),
            new Header("Upgrade", "TLS/1.0"),
            new Header("Range", "bytes=0-0,-1"),
            new Header("If-None-Match", "*"),
            new Header("If-Match", "\"x\""),
            new Header("If-Modified-Since", "yesterday"),
            new Header("Accept", "text/html"),
            new Header("Accept", "application/x-ndjson;q=2"),
            new Header("Accept", "text/csv"),
            new Header("Accept", ",;q=,/"),
            new Header("Accept-Encoding", "gzip, br;q=0.5, *;q=0"),
            new Header("Accept-Encoding", "gzip;q=nan"),
            new Header("Accept-Charset", "utf-7"),
            new Header("Origin", "https://shop.example"),
            new Header("Origin", "null"),
            new Header("Access-Control-Request-Method", "POST"),
            new Header("Access-Control-Request-Headers", "authorization,".repeat(200)),
            new Header("Cookie", "a=b; ".repeat(800)),
            new Header("X-HTTP-Method-Override", "DELETE"),
            new Header("Content-MD5", "x"),
            new Header("Trailer", "Content-Length"),
            new Header("TE", "trailers, chunked"),
            new Header("Via", "1.1 a"),
            new Header("Max-Forwards", "0"),
            new Header("Date", "x"),
            new Header("Proxy-Authorization", "Basic eDp5"),
            new Header("X-Original-URL", "/metrics"),
            new Header("Last-Event-ID", "-1"));

    private HeaderMutations() {}

    static List<Mutation> header() {
        return List.of(
                of("a header less", Due.ANSWER_OR_END, (draft, world, random) -> {
                    if (!draft.headers.isEmpty()) {
                        Header unused = draft.headers.remove(random.nextInt(draft.headers.size()));
                    }
                }),
                of("no length", Due.ANSWER_OR_END, (draft, world, random) -> {
                    draft.contentLength = false;
                    // What stands where a body would is the next request then.
                    draft.mostAnswers = WireMutations.PLENTY;
                }),
                of("a header twice", Due.ANSWER_OR_END, (draft, world, random) -> {
                    if (!draft.headers.isEmpty()) {
                        Header header = Samples.pick(draft.headers, random);
                        draft.headers.add(random.nextBoolean() ? header : new Header(header.name(), "other"));
                    }
                }),
                of(
                        "a header of an odd name",
                        Due.ANSWER_OR_END,
                        (draft, world, random) -> draft.header(Samples.pick(NAMES, random), "x")),
                of(
                        "a header of an odd value",
                        Due.ANSWER_OR_END,
                        (draft, world, random) -> draft.header(
                                Samples.pick(List.of("X-Odd", "Accept", "User-Agent", "Cookie"), random),
                                Samples.pick(VALUES, random))),
                of("an odd value in its place", Due.ANSWER_OR_END, (draft, world, random) -> {
                    if (!draft.headers.isEmpty()) {
                        int at = random.nextInt(draft.headers.size());
                        draft.headers.set(at, new Header(draft.headers.get(at).name(), Samples.pick(VALUES, random)));
                    }
                }),
                of("many headers", Due.ANSWER_OR_END, (draft, world, random) -> {
                    int count = Samples.pick(List.of(50, 200, 2_000), random);
                    for (int i = 0; i < count; i++) {
                        draft.header("X-Many-" + i, "x");
                    }
                }),
                of("folded", Due.ANSWER_OR_END, (draft, world, random) -> draft.header("X-Folded", "a\r\n b\r\n\tc")),
                of(
                        "lines that are no headers",
                        Due.ANSWER_OR_END,
                        (draft, world, random) -> draft.rawLines.add(Samples.pick(
                                List.of("nonsense", ":", ": x", " x: y", "\t", "x", "GET / HTTP/1.1", "\0", "x :y"),
                                random))),
                of(
                        "another media type",
                        Due.ANSWER,
                        (draft, world, random) -> draft.replace("Content-Type", Samples.pick(CONTENT_TYPES, random))),
                of("no Host", Due.ANSWER_OR_END, (draft, world, random) -> draft.remove("Host")),
                of("another Host", Due.ANSWER_OR_END, (draft, world, random) -> {
                    if (random.nextBoolean()) {
                        draft.remove("Host");
                    }
                    draft.header(
                            "Host",
                            Samples.pick(
                                    List.of(
                                            "",
                                            "evil.example",
                                            "a:b:c",
                                            "[::1",
                                            "127.0.0.1:99999",
                                            "a b",
                                            "\u00fc",
                                            "@",
                                            "localhost:",
                                            "x".repeat(300)),
                                    random));
                }),
                of(
                        "names in another case",
                        Due.ANSWER,
                        (draft, world, random) -> draft.headers.replaceAll(
                                each -> new Header(each.name().toUpperCase(Locale.ROOT), each.value()))),
                of("a trap", Due.ANSWER_OR_END, HeaderMutations::trap),
                of("another trap", Due.ANSWER_OR_END, HeaderMutations::trap));
    }

    static List<Mutation> key() {
        return List.of(
                key("no key", (value, random) -> ""),
                key(
                        "a key that is none",
                        (value, random) -> Samples.pick(
                                List.of(
                                        "Bearer",
                                        "Bearer ",
                                        "Basic dXNlcjpwYXNz",
                                        "Bearer cf_sk_x_y",
                                        "Bearer null",
                                        "Bearer \0",
                                        "cf_sk_",
                                        "Bearer cf_sk__",
                                        "Bearer cf_pk_aaaaaaaaaa_" + "b".repeat(40),
                                        "Bearer " + "x".repeat(6_000),
                                        "Digest username=\"x\"",
                                        "Bearer cf_sk_" + "_".repeat(50),
                                        "Bearer " + Draft.utf8("钥"),
                                        "Negotiate AAAA",
                                        "AWS4-HMAC-SHA256 x"),
                                random)),
                key("a key's last letter", (value, random) -> value.substring(0, value.length() - 1) + "?"),
                key("a key cut", (value, random) -> value.substring(0, random.nextInt(value.length()))),
                key("a key in another case", (value, random) -> value.toUpperCase(Locale.ROOT)),
                key(
                        "bearer",
                        (value, random) -> value.replace(
                                "Bearer", Samples.pick(List.of("bearer", "BEARER", "Bearer ", "Token"), random))),
                key("blanks around", (value, random) -> "  " + value + " \t"),
                new Mutation(
                        Kind.KEY,
                        "another key",
                        (draft, world, random) -> draft.replace("Authorization", "Bearer " + world.anyKey(random))),
                new Mutation(Kind.KEY, "two keys", (draft, world, random) -> {
                    draft.header("Authorization", "Bearer " + world.anyKey(random));
                    draft.weaken(Due.ANSWER_OR_END);
                }),
                new Mutation(Kind.KEY, "a secret for a key", (draft, world, random) -> {
                    String secret = world.secret(random);
                    draft.secrets.add(secret);
                    draft.replace("Authorization", "Bearer " + secret);
                }));
    }

    static List<Mutation> idempotency() {
        return List.of(
                idempotency(
                        "a key used before",
                        (value, random) -> value.replaceFirst("-\\d+$", "-" + random.nextInt(2_000))),
                idempotency(
                        "an odd key",
                        (value, random) -> Samples.pick(
                                List.of(
                                        "",
                                        " ",
                                        "a b",
                                        "\"quoted\"",
                                        "\u00fc",
                                        "\0",
                                        "a,b",
                                        "~",
                                        "x".repeat(255),
                                        "x".repeat(256),
                                        "x".repeat(5_000),
                                        "{demo.0}",
                                        ":",
                                        "%00",
                                        Draft.utf8("键")),
                                random)),
                new Mutation(Kind.IDEMPOTENCY, "no key", (draft, world, random) -> draft.remove("Idempotency-Key")),
                new Mutation(
                        Kind.IDEMPOTENCY,
                        "two keys",
                        (draft, world, random) -> draft.header(
                                "Idempotency-Key", random.nextBoolean() ? draft.value("Idempotency-Key") : "another")),
                new Mutation(Kind.IDEMPOTENCY, "a secret for a key", (draft, world, random) -> {
                    String secret = world.secret(random);
                    draft.secrets.add(secret);
                    draft.replace("Idempotency-Key", secret);
                }));
    }

    private interface Text {
        String changed(String value, RandomGenerator random);
    }

    private static Mutation key(String name, Text change) {
        return new Mutation(Kind.KEY, name, (draft, world, random) -> {
            String value = draft.value("Authorization");
            if (!value.isEmpty()) {
                String changed = change.changed(value, random);
                draft.remove("Authorization");
                if (!changed.isEmpty()) {
                    draft.header("Authorization", changed);
                }
            }
            draft.weaken(Due.ANSWER_OR_END);
        });
    }

    private static Mutation idempotency(String name, Text change) {
        return new Mutation(Kind.IDEMPOTENCY, name, (draft, world, random) -> {
            draft.replace("Idempotency-Key", change.changed(draft.value("Idempotency-Key"), random));
            draft.weaken(Due.ANSWER_OR_END);
        });
    }

    private static void trap(Draft draft, World world, RandomGenerator random) {
        Header header = Samples.pick(TRAPS, random);
        if (random.nextBoolean()) {
            draft.remove(header.name());
        }
        draft.headers.add(random.nextInt(draft.headers.size() + 1), header);
    }

    private static Mutation of(String name, Due due, Change change) {
        return new Mutation(Kind.HEADER, name, (draft, world, random) -> {
            change.apply(draft, world, random);
            draft.weaken(due);
        });
    }
}
