package dev.counterfoil.loadtest.fuzz;

import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;

/** One way to spoil a request. */
record Mutation(Kind kind, String name, Change change) {
    /** What the table counts by. */
    enum Kind {
        NONE,
        SHAPE,
        NUMBER,
        TEXT,
        ENCODING,
        HEADER,
        KEY,
        IDEMPOTENCY,
        PATH,
        QUERY,
        METHOD,
        FRAMING,
        CHUNKING,
        PIPELINE,
        HALF,
        NOISE;

        /** Whether the request still is one to the operation that it names, so that the answer is one of that operation's. */
        boolean keepsOperation() {
            return this == NONE || this == SHAPE || this == NUMBER || this == TEXT;
        }
    }

    /** Takes all its chances from {@code random}. */
    interface Change {
        void apply(Draft draft, World world, RandomGenerator random);
    }

    /** All there are, a list a kind. */
    static final List<List<Mutation>> ALL = Stream.of(
                    JsonMutations.shape(),
                    JsonMutations.number(),
                    JsonMutations.text(),
                    EncodingMutations.encoding(),
                    HeaderMutations.header(),
                    HeaderMutations.key(),
                    HeaderMutations.idempotency(),
                    TargetMutations.path(),
                    TargetMutations.query(),
                    TargetMutations.method(),
                    WireMutations.framing(),
                    WireMutations.chunking(),
                    WireMutations.pipeline(),
                    WireMutations.half(),
                    WireMutations.noise())
            .toList();

    @Override
    public String toString() {
        return name;
    }
}
