package dev.counterfoil.loadtest.fuzz;

import dev.counterfoil.loadtest.fuzz.Mutation.Kind;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/** What can be wrong with the bytes of a body. */
final class EncodingMutations {
    private EncodingMutations() {}

    static List<Mutation> encoding() {
        List<Mutation> all = new ArrayList<>(List.of(
                bytes("byte order mark", (body, random) -> "\u00ef\u00bb\u00bf" + body),
                bytes(
                        "UTF-16",
                        (body, random) -> new String(
                                body.getBytes(
                                        random.nextBoolean() ? StandardCharsets.UTF_16BE : StandardCharsets.UTF_16LE),
                                StandardCharsets.ISO_8859_1)),
                bytes(
                        "UTF-16 with mark",
                        (body, random) ->
                                new String(body.getBytes(StandardCharsets.UTF_16), StandardCharsets.ISO_8859_1)),
                bytes(
                        "invalid UTF-8",
                        (body, random) -> insert(
                                body,
                                random,
                                Samples.pick(
                                        Samples.words(
                                                "\u00ff|\u00c0\u0080|\u00ed\u00a0\u0080|\u00e5\u008d|\u00f4\u0090\u0080\u0080|\u0080|"
                                                        + "\u00f8\u0088\u0080\u0080\u0080"),
                                        random))),
                bytes(
                        "truncated",
                        (body, random) -> body.substring(0, body.isEmpty() ? 0 : random.nextInt(body.length()))),
                bytes(
                        "more behind",
                        (body, random) -> body
                                + Samples.pick(
                                        List.of("}", "{}", "\0", "x", ",", "\n\n{}", "//", "\u001a", "]", "null"),
                                        random)),
                bytes(
                        "more before",
                        (body, random) -> Samples.pick(
                                        List.of(")]}',\n", "\0", ",", "x", "\u000b", "\u00a0", " ".repeat(10_000)),
                                        random)
                                + body),
                bytes("a NUL", (body, random) -> insert(body, random, "\0")),
                bytes("comments", (body, random) -> body.replace(":", "/*c*/:") + "// end"),
                bytes("single quotes", (body, random) -> body.replace('"', '\'')),
                bytes("doubled", (body, random) -> body + body),
                bytes(
                        "too long",
                        (body, random) -> body + " ".repeat(Samples.pick(List.of(65_000, 65_537, 200_000), random)))));
        all.add(JsonMutations.of(
                Kind.ENCODING,
                "said to be compressed",
                (draft, world, random) -> draft.header(
                        "Content-Encoding",
                        Samples.pick(List.of("gzip", "br", "deflate", "identity", "zstd, gzip", "x"), random))));
        return all;
    }

    private interface Text {
        String changed(String body, RandomGenerator random);
    }

    private static Mutation bytes(String name, Text change) {
        return JsonMutations.of(
                Kind.ENCODING, name, (draft, world, random) -> draft.body = change.changed(draft.body, random));
    }

    private static String insert(String body, RandomGenerator random, String more) {
        int at = random.nextInt(body.length() + 1);
        return body.substring(0, at) + more + body.substring(at);
    }
}
