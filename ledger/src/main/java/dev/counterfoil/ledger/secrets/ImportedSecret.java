package dev.counterfoil.ledger.secrets;

import java.util.Optional;

/** Secrets that an issuer brings along: kept exactly as he wrote them, but for white space around them. */
public final class ImportedSecret {
    /** The longest, in characters. */
    public static final int MOST_CHARACTERS = 64;

    private ImportedSecret() {}

    /** What is hashed of what somebody typed. Empty if it is blank, longer than 64 characters, or holds a control character. */
    public static Optional<String> normalise(String typed) {
        String trimmed = typed.strip();
        boolean possible = !trimmed.isEmpty()
                && trimmed.codePointCount(0, trimmed.length()) <= MOST_CHARACTERS
                && trimmed.chars().noneMatch(Character::isISOControl);
        return possible ? Optional.of(trimmed) : Optional.empty();
    }

    /**
     * How many secrets an issuer could have given a card: so many random characters, each one of so many.
     *
     * @param symbols 2..{@value #MOST_SYMBOLS}
     * @param characters 1..{@value #MOST_CHARACTERS}, without what is the same on every card
     */
    public record Space(int symbols, int characters) {
        /** More than any keyboard has. */
        public static final int MOST_SYMBOLS = 1_000;

        public Space {
            if (symbols < 2 || symbols > MOST_SYMBOLS || characters < 1 || characters > MOST_CHARACTERS) {
                throw new IllegalArgumentException(symbols + "^" + characters + " secrets (expected: 2.." + MOST_SYMBOLS
                        + " symbols, 1.." + MOST_CHARACTERS + " characters)");
            }
        }

        /** 2..1e192. */
        public double size() {
            return Math.pow(symbols, characters);
        }
    }
}
