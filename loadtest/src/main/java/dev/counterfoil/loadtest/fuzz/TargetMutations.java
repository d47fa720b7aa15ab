package dev.counterfoil.loadtest.fuzz;

import dev.counterfoil.loadtest.fuzz.Draft.Due;
import dev.counterfoil.loadtest.fuzz.Mutation.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.regex.Matcher;

/** What can be wrong with a request line. */
final class TargetMutations {
    private static final List<String> SEGMENTS = List.of(
            "",
            ".",
            "..",
            "%2e%2e",
            "%2f",
            "%5c",
            "\\",
            "%00",
            "%0d%0a",
            "%",
            "%zz",
            "%c0%af",
            "%ff",
            "%u0041",
            "%25",
            ";a=b",
            "a;b",
            "*",
            "~",
            "%20",
            "+",
            ":",
            "{id}",
            "{program}",
            "%7bdemo.0%7d",
            "\u00fc",
            Draft.utf8("卡"),
            "%E5%8D%A1",
            "%F0%9F%98%80",
            "%ED%A0%80",
            "\0",
            "\u007f",
            "null",
            "-1",
            "0",
            "tx_0000000000001",
            "tx_zzzzzzzzzzzzz",
            "tx_00000000000010000000000000",
            "card_AAAAAAAAAAAAAAAA",
            "bt_x",
            "x".repeat(64),
            "x".repeat(129),
            "x".repeat(1_000),
            "x".repeat(5_000),
            "x".repeat(9_000),
            "other",
            "fz-spare",
            "demo2",
            "DEMO",
            "demo%20",
            "demo.0",
            "demo:0",
            "'",
            "\"",
            "<script>",
            "a%2Fb",
            "a,b",
            "1e400",
            "$",
            "&",
            "=",
            "@",
            "!");
    private static final List<String> CURSORS = List.of(
            "",
            "x",
            "-1",
            "0",
            "1",
            "9223372036854775807",
            "9223372036854775808",
            "AAAA",
            "====",
            "%00",
            "x".repeat(64),
            "x".repeat(65),
            "x".repeat(2_000),
            "%ff",
            "null",
            "1e3",
            "tx_0000000000001",
            "MTIz",
            "~",
            "%F0%9F%98%80");
    private static final List<String> LIMITS =
            Samples.words("|0|-1|1|200|201|2147483648|99999999999999999999|1.0|1e2|+1|%201|x|01|0x1|%EF%BC%91");
    private static final List<String> METHODS = List.of(
            "FOO",
            "get",
            "post",
            "Get",
            "CONNECT",
            "TRACE",
            "OPTIONS",
            "HEAD",
            "DELETE",
            "PATCH",
            "PUT",
            "POST",
            "GET",
            "PRI",
            "PROPFIND",
            "G\0T",
            "G T",
            "G\u00fcT",
            "X".repeat(1_000),
            "X".repeat(9_000),
            "",
            "GET,POST",
            "M-SEARCH",
            "PURGE");

    private TargetMutations() {}

    static List<Mutation> path() {
        return List.of(
                path("another segment", (path, random) -> {
                    List<String> segments = segments(path);
                    segments.set(random.nextInt(segments.size()), Samples.pick(SEGMENTS, random));
                    return "/" + String.join("/", segments);
                }),
                path("a segment more", (path, random) -> {
                    List<String> segments = segments(path);
                    segments.add(random.nextInt(segments.size() + 1), Samples.pick(SEGMENTS, random));
                    return "/" + String.join("/", segments);
                }),
                path("a segment less", (path, random) -> {
                    List<String> segments = segments(path);
                    String unused = segments.remove(random.nextInt(segments.size()));
                    return "/" + String.join("/", segments);
                }),
                path("a segment behind", (path, random) -> path + Samples.pick(SEGMENTS, random)),
                path("a slash behind", (path, random) -> path + "/"),
                path("slashes doubled", (path, random) -> path.replace("/", "//")),
                path("percent-encoded", (path, random) -> {
                    int at = random.nextInt(path.length());
                    String code = (random.nextBoolean() ? "%%%02x" : "%%%02X").formatted((int) path.charAt(at));
                    return path.substring(0, at) + code + path.substring(at + 1);
                }),
                path("encoded twice", (path, random) -> path.replace("e", "%2565")),
                path(
                        "up and down",
                        (path, random) -> Samples.pick(
                                List.of(
                                        "/v1/../v1" + path.replaceFirst("^/v1", ""),
                                        "/.." + path,
                                        "/./" + path,
                                        path + "/..",
                                        path + "/../../../../etc/passwd"),
                                random)),
                path("another case", (path, random) -> path.replace('p', 'P')),
                path(
                        "absolute",
                        (path, random) -> Samples.pick(
                                List.of(
                                        "http://127.0.0.1" + path,
                                        "http://evil.example" + path,
                                        "https://a:b@127.0.0.1:1" + path,
                                        "http://" + path,
                                        "//evil.example" + path,
                                        "http:" + path,
                                        "ftp://x" + path,
                                        "HTTP://127.0.0.1:99999" + path),
                                random)),
                path(
                        "no path",
                        (path, random) -> Samples.pick(
                                Samples.words("*||127.0.0.1:80|?|#|/|//|%2f|\\|http://|a| |/ /|/\0"), random)),
                path("a fragment", (path, random) -> path + "#x"),
                path("a blank", (path, random) -> path + " x"),
                path("a parameter", (path, random) -> path + ";jsessionid=1"),
                path(
                        "another",
                        (path, random) -> Samples.pick(
                                Samples.words(
                                        "/v1|/v1/|/v2/programs|/metrics|/metrics/|/openapi.yaml|/docs|/docs/|/health|/health/live|"
                                                + "/favicon.ico|/robots.txt|/.git/config|/WEB-INF/web.xml|/actuator|/openapi.yaml%00|"
                                                + "/docs/../openapi.yaml"),
                                random)));
    }

    static List<Mutation> query() {
        return List.of(
                query("a cursor", (query, random) -> and(query, "cursor=" + Samples.pick(CURSORS, random))),
                query("a limit", (query, random) -> and(query, "limit=" + Samples.pick(LIMITS, random))),
                query(
                        "a parameter twice",
                        (query, random) -> query.isEmpty() ? "limit=1&limit=2" : query + "&" + query),
                query(
                        "an unknown parameter",
                        (query, random) -> and(
                                query,
                                Samples.pick(
                                        Samples.words(
                                                "x=1|=|=1|x|&|&&&|a=b=c|%00=1|x=%00|x=%|x=%zz|x=%ff|limit[]=1|x=\u00fc|x=<script>|x=+"),
                                        random))),
                query("an odd value", (query, random) -> {
                    String value = Samples.pick(SEGMENTS, random);
                    return query.isEmpty()
                            ? "status=" + value
                            : query.replaceFirst("=[^&]*", "=" + Matcher.quoteReplacement(value));
                }),
                query("many parameters", (query, random) -> "a=1&".repeat(1_500)),
                query(
                        "a long value",
                        (query, random) -> and(
                                query,
                                "reference=" + "x".repeat(Samples.pick(List.of(65, 300, 7_000, 9_000), random)))),
                query("an earlier key", (query, random) -> "idempotency_key=fz-" + random.nextInt(5_000)),
                query(
                        "a time",
                        (query, random) -> and(
                                query,
                                Samples.pick(List.of("from=", "until="), random)
                                        + Samples.pick(
                                                Samples.words(
                                                        "2026-01-01T00:00:00Z|-999999999-01-01T00:00:00Z|%2B999999999-12-31T23:59:59Z|x|2026-01-01|"
                                                                + "9999-12-31T23:59:59Z|0001-01-01T00:00:00Z|2026-01-01T00:00:00+14:00|294277-01-01T00:00:00Z|"
                                                                + "%2B294277-01-01T00:00:00Z"),
                                                random))),
                new Mutation(Kind.QUERY, "a secret", (draft, world, random) -> {
                    String secret = world.secret(random);
                    draft.secrets.add(secret);
                    draft.query(and(
                            draft.query(),
                            Samples.pick(List.of("secret=", "x=", "cursor=", "limit=", "reference="), random)
                                    + secret));
                    draft.weaken(Due.ANSWER_OR_END);
                }));
    }

    static List<Mutation> method() {
        return List.of(
                new Mutation(Kind.METHOD, "another method", (draft, world, random) -> {
                    draft.method = Samples.pick(METHODS, random);
                    draft.weaken(draft.method.equals("CONNECT") ? Due.PATIENCE : Due.ANSWER_OR_END);
                }),
                new Mutation(Kind.METHOD, "a body where none belongs", (draft, world, random) -> {
                    draft.method = Samples.pick(List.of("GET", "HEAD", "DELETE", "OPTIONS"), random);
                    draft.body = "{\"x\":1}";
                    draft.weaken(Due.ANSWER_OR_END);
                }),
                new Mutation(Kind.METHOD, "another version", (draft, world, random) -> {
                    draft.version = Samples.pick(
                            Samples.words(
                                    "HTTP/1.0|HTTP/0.9|HTTP/1.2|HTTP/2.0|HTTP/9.9|http/1.1|HTTP/1.1 x||HTTP|HTTP/1|HTTP/1.1.1|"
                                            + "ICAP/1.0|HTTP/11111111111.1|HTTP/-1.1"),
                            random);
                    draft.weaken(Due.ANSWER_OR_END);
                }));
    }

    private interface Text {
        String changed(String text, RandomGenerator random);
    }

    private static Mutation path(String name, Text change) {
        return new Mutation(Kind.PATH, name, (draft, world, random) -> {
            String query = draft.query();
            draft.target = change.changed(draft.path().startsWith("/") ? draft.path() : "/" + draft.path(), random);
            if (!query.isEmpty()) {
                draft.query(query);
            }
            draft.weaken(Due.ANSWER_OR_END);
        });
    }

    private static Mutation query(String name, Text change) {
        return new Mutation(Kind.QUERY, name, (draft, world, random) -> {
            draft.query(change.changed(draft.query(), random));
            draft.weaken(Due.ANSWER_OR_END);
        });
    }

    private static String and(String query, String more) {
        return query.isEmpty() ? more : query + "&" + more;
    }

    private static List<String> segments(String path) {
        return new ArrayList<>(List.of(path.substring(1).split("/", -1)));
    }
}
