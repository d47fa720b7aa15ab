package dev.counterfoil.loadtest.fuzz;

import dev.counterfoil.loadtest.fuzz.Draft.Due;
import dev.counterfoil.loadtest.fuzz.Draft.Ending;
import dev.counterfoil.loadtest.fuzz.Mutation.Change;
import dev.counterfoil.loadtest.fuzz.Mutation.Kind;
import java.util.List;
import java.util.random.RandomGenerator;

/** What can be wrong with how a request is framed, cut and followed. */
final class WireMutations {
    /** Of those who are silent, so many wait until the server has had enough; the others leave at once. */
    private static final int ONE_WAITS_OF = 25;

    static final int PLENTY = 1_000;
    private static final List<String> LENGTHS = List.of(
            ("0|1|5|-1|+5|05|5,5|5, 6|x||1e2|0x5|5 5|99999|2147483648|9223372036854775808|99999999999999999999999|\u00b2|5;|1_0")
                    .split("\\|"));
    private static final String LIVE = "GET /health/live HTTP/1.1\r\nHost: a\r\n\r\n";

    private WireMutations() {}

    static List<Mutation> framing() {
        return List.of(
                framing("another length", (draft, world, random) -> {
                    length(draft, Samples.pick(LENGTHS, random));
                    // What is behind a shorter body is read as requests.
                    draft.mostAnswers = PLENTY;
                }),
                framing("two lengths", (draft, world, random) -> {
                    length(draft, Integer.toString(draft.body.length()));
                    draft.header("Content-Length", random.nextBoolean() ? Integer.toString(draft.body.length()) : "3");
                }),
                framing("a length and chunks", (draft, world, random) -> {
                    smuggle(draft);
                    length(draft, Integer.toString(draft.body.length()));
                    draft.header("Transfer-Encoding", "chunked");
                }),
                framing("another transfer encoding", (draft, world, random) -> {
                    smuggle(draft);
                    if (random.nextBoolean()) {
                        length(draft, Integer.toString(draft.body.length()));
                    } else {
                        draft.contentLength = false;
                    }
                    draft.header(
                            Samples.pick(
                                    List.of(
                                            "Transfer-Encoding",
                                            "Transfer-Encoding ",
                                            "Transfer_Encoding",
                                            " Transfer-Encoding"),
                                    random),
                            Samples.pick(
                                    Samples.words(
                                            "xchunked|chunked, identity|identity, chunked|identity| chunked|\u000bchunked|chunked;q=1|"
                                                    + "CHUNKED|gzip, chunked|chunked, chunked|\"chunked\"||chunked\0|c\r\n hunked"),
                                    random));
                    // What is no framing at all leaves the rest of the body to be read as requests.
                    draft.mostAnswers = PLENTY;
                }),
                framing("two transfer encodings", (draft, world, random) -> {
                    smuggle(draft);
                    draft.contentLength = false;
                    draft.header("Transfer-Encoding", Samples.pick(List.of("chunked", "identity", "x"), random));
                    draft.header("Transfer-Encoding", Samples.pick(List.of("chunked", "identity", "x"), random));
                    draft.mostAnswers = PLENTY;
                }),
                framing("chunks before their time", (draft, world, random) -> {
                    smuggle(draft);
                    draft.version = "HTTP/1.0";
                    draft.contentLength = false;
                    draft.header("Transfer-Encoding", "chunked");
                    draft.mostAnswers = PLENTY;
                }),
                framing("other line ends", (draft, world, random) -> {
                    draft.lineEnd = Samples.pick(List.of("\n", "\r", "\n\r", "\r\r\n", "\r\n\r\n", "\0\r\n"), random);
                    draft.mostAnswers = PLENTY;
                }),
                framing("lines before", (draft, world, random) -> {
                    draft.before = Samples.pick(
                            List.of("\r\n", "\r\n\r\n\r\n", "\n", " ", "\0", "\r\n".repeat(5_000), "x\r\n"), random);
                    draft.mostAnswers = PLENTY;
                }),
                framing("another protocol", (draft, world, random) -> {
                    draft.instead = Samples.pick(
                            List.of(
                                    "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\4\0\0\0\0\0",
                                    "\26\3\1\0\u00c8\1\0\0\u00c4\3\3" + "A".repeat(190),
                                    "PROXY TCP4 1.1.1.1 2.2.2.2 1 2\r\n" + LIVE,
                                    "*1\r\n$4\r\nPING\r\n",
                                    "SSH-2.0-x\r\n",
                                    "EHLO x\r\n",
                                    "\0\0\0\10\4\u00d2\26/"),
                            random);
                    draft.mostAnswers = PLENTY;
                }),
                framing("an upgrade", (draft, world, random) -> {
                    draft.header("Upgrade", Samples.pick(List.of("h2c", "websocket"), random));
                    draft.header("Connection", "Upgrade, HTTP2-Settings");
                    draft.header("HTTP2-Settings", Samples.pick(List.of("AAMAAABkAAQCAAAAAAIAAAAA", "", "x"), random));
                    draft.header("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==");
                    draft.header("Sec-WebSocket-Version", "13");
                }));
    }

    static List<Mutation> chunking() {
        return List.of(
                chunked("chunked", Due.ANSWER, (body, random) -> chunks(body, random, "") + "0\r\n\r\n"),
                chunked(
                        "chunked with extensions",
                        Due.ANSWER_OR_END,
                        (body, random) ->
                                chunks(body, random, ";a=b;\"c\"=" + "d".repeat(random.nextInt(300))) + "0;x\r\n\r\n"),
                chunked(
                        "chunked with trailers",
                        Due.ANSWER_OR_END,
                        (body, random) -> chunks(body, random, "") + "0\r\n"
                                + Samples.pick(
                                        List.of(
                                                "X: y\r\n",
                                                "Content-Length: 5\r\n",
                                                "Authorization: x\r\n",
                                                ("X: " + "y".repeat(9_000)) + "\r\n",
                                                "nonsense\r\n",
                                                "\0: \0\r\n"),
                                        random)
                                + "\r\n"),
                chunked(
                        "a bad chunk",
                        Due.PATIENCE,
                        (body, random) -> Samples.pick(
                                        List.of(
                                                "zz",
                                                "-1",
                                                "ffffffffffffffff",
                                                "7fffffff",
                                                "80000000",
                                                "100000000",
                                                "0x5",
                                                " 5",
                                                "5 ",
                                                "",
                                                "+5",
                                                "5.0",
                                                "1e1",
                                                "\0",
                                                "00000000000000000000005",
                                                "5;" + "x".repeat(9_000),
                                                "9".repeat(9_000)),
                                        random)
                                + "\r\n" + body + "\r\n0\r\n\r\n"),
                chunked("chunks without end", Due.PATIENCE, (body, random) -> chunks(body, random, "")),
                chunked("a chunk cut", Due.PATIENCE, (body, random) -> "ffff\r\n" + body),
                chunked("a chunk too short", Due.PATIENCE, (body, random) -> "3\r\n" + body + "\r\n0\r\n\r\n"),
                chunked(
                        "chunk line ends",
                        Due.PATIENCE,
                        (body, random) -> (chunks(body, random, "") + "0\r\n\r\n")
                                .replace("\r\n", Samples.pick(List.of("\n", "\r", ""), random))),
                chunked("many chunks", Due.ANSWER_OR_END, (body, random) -> {
                    StringBuilder all = new StringBuilder();
                    for (int i = 0; i < 3_000; i++) {
                        all.append("1\r\n \r\n");
                    }
                    return all.append(chunks(body, random, ""))
                            .append("0\r\n\r\n")
                            .toString();
                }),
                chunked(
                        "chunks past the limit",
                        Due.ANSWER_OR_END,
                        (body, random) -> ("4000\r\n" + " ".repeat(0x4000) + "\r\n").repeat(10) + "0\r\n\r\n"));
    }

    static List<Mutation> pipeline() {
        return List.of(
                of(Kind.PIPELINE, "between others", Due.ANSWER_OR_END, (draft, world, random) -> {
                    draft.before = LIVE;
                    draft.after = LIVE;
                    draft.answers = 3;
                    draft.mostAnswers = PLENTY;
                }),
                of(Kind.PIPELINE, "before many", Due.ANSWER_OR_END, (draft, world, random) -> {
                    int count = 2 + random.nextInt(60);
                    draft.after = LIVE.repeat(count);
                    draft.answers = 1 + count;
                    draft.mostAnswers = PLENTY;
                }),
                of(Kind.PIPELINE, "with something behind", Due.ANSWER_OR_END, (draft, world, random) -> {
                    draft.after = Samples.pick(List.of("\r\n", "x", "GET", "\0\0\0", "\r\n\r\n" + LIVE), random);
                    draft.mostAnswers = PLENTY;
                }));
    }

    static List<Mutation> half() {
        return List.of(
                of(Kind.HALF, "cut", Due.PATIENCE, (draft, world, random) -> {
                    draft.sentPerMille = random.nextInt(1_000);
                    draft.ending = leaves(random);
                }),
                of(Kind.HALF, "the body missing", Due.PATIENCE, (draft, world, random) -> {
                    length(draft, Integer.toString(draft.body.length() + 1 + random.nextInt(60_000)));
                    draft.ending = leaves(random);
                }),
                of(Kind.HALF, "nothing", Due.PATIENCE, (draft, world, random) -> {
                    draft.sentPerMille = 0;
                    draft.ending = leaves(random);
                }),
                of(
                        Kind.HALF,
                        "gone before the answer",
                        Due.PATIENCE,
                        (draft, world, random) -> draft.ending = random.nextBoolean() ? Ending.RESETS : Ending.CLOSES),
                of(
                        Kind.HALF,
                        "in pieces",
                        Due.ANSWER,
                        (draft, world, random) -> draft.pieces = 2 + random.nextInt(12)));
    }

    static List<Mutation> noise() {
        return List.of(
                of(Kind.NOISE, "bytes changed", Due.PATIENCE, (draft, world, random) -> {
                    int count = 1 + random.nextInt(5);
                    for (int i = 0; i < count; i++) {
                        draft.noise.add(new int[] {random.nextInt(65_536), random.nextInt(256)});
                    }
                    draft.mostAnswers = PLENTY;
                }),
                of(
                        Kind.NOISE,
                        "random bytes",
                        Due.PATIENCE,
                        (draft, world, random) -> draft.instead = random(random, 0, 256)),
                of(
                        Kind.NOISE,
                        "random text",
                        Due.PATIENCE,
                        (draft, world, random) -> draft.instead = random(random, 32, 127)),
                of(
                        Kind.NOISE,
                        "random headers",
                        Due.PATIENCE,
                        // Without line ends: two would end the request, and what follows would be another.
                        (draft, world, random) -> draft.instead = LIVE.substring(0, LIVE.length() - 2)
                                + random(random, 0, 256).replace('\n', '\r') + "\r\n\r\n"));
    }

    private static Mutation of(Kind kind, String name, Due due, Change change) {
        return new Mutation(kind, name, (draft, world, random) -> {
            change.apply(draft, world, random);
            draft.weaken(due);
        });
    }

    private static Mutation framing(String name, Change change) {
        return of(Kind.FRAMING, name, Due.PATIENCE, (draft, world, random) -> {
            change.apply(draft, world, random);
            if (draft.ending == Ending.LISTENS && random.nextInt(ONE_WAITS_OF) == 0) {
                draft.ending = Ending.STAYS;
            }
        });
    }

    private interface Text {
        String changed(String body, RandomGenerator random);
    }

    private static Mutation chunked(String name, Due due, Text change) {
        return of(Kind.CHUNKING, name, due, (draft, world, random) -> {
            draft.contentLength = false;
            draft.remove("Content-Length");
            draft.header("Transfer-Encoding", "chunked");
            draft.body = change.changed(draft.body, random);
            if (due == Due.PATIENCE) {
                draft.mostAnswers = PLENTY;
                draft.ending = random.nextInt(ONE_WAITS_OF) == 0 ? Ending.STAYS : Ending.CLOSES;
            }
        });
    }

    private static Ending leaves(RandomGenerator random) {
        if (random.nextInt(ONE_WAITS_OF) == 0) {
            return Ending.STAYS;
        }
        return random.nextBoolean() ? Ending.RESETS : Ending.CLOSES;
    }

    /** A length of its own, in place of the right one. */
    private static void length(Draft draft, String value) {
        draft.contentLength = false;
        draft.replace("Content-Length", value);
    }

    /** A body that ends early for whoever reads chunks, and hides a request behind that end. */
    private static void smuggle(Draft draft) {
        draft.body = "0\r\n\r\nGET /health/live?smuggled HTTP/1.1\r\nHost: a\r\n\r\n";
    }

    private static String chunks(String body, RandomGenerator random, String extension) {
        StringBuilder all = new StringBuilder();
        for (int at = 0; at < body.length(); ) {
            int length = Math.min(1 + random.nextInt(60), body.length() - at);
            all.append(Integer.toHexString(length)).append(extension).append("\r\n");
            all.append(body, at, at + length).append("\r\n");
            at += length;
        }
        return all.toString();
    }

    private static String random(RandomGenerator random, int from, int until) {
        StringBuilder all = new StringBuilder();
        int length = 1 + random.nextInt(600);
        for (int i = 0; i < length; i++) {
            all.append((char) random.nextInt(from, until));
        }
        return all.toString();
    }
}
