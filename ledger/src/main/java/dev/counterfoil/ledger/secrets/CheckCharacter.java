package dev.counterfoil.ledger.secrets;

/**
 * Check characters for text that people copy by hand.
 *
 * <p>Over 32 symbols: the symbols are the coefficients of a polynomial over GF(2^5), built with x^5 + x^2 + 1, and the check
 * symbol makes the polynomial zero at the element 2: the one parity symbol of a Reed–Solomon code (Reed and Solomon 1960; the
 * same as Damm's scheme over the quasigroup {@code a * b = 2a + b}). The powers of 2 are 31 different non-zero weights, so in
 * a text of up to 31 symbols it catches every wrong symbol and every swap of two symbols, next to each other or not. Luhn
 * mod 32 would miss the swap of {@code 0} and {@code Z}.
 *
 * <p>Over ten digits no such field exists: H. Michael Damm's totally anti-symmetric quasigroup (2004) catches every wrong
 * digit and every swap of two neighbours.
 */
final class CheckCharacter {
    private static final int GF32_POLYNOMIAL = 0b100101;
    private static final String[] DAMM = {
        "0317598642",
        "7092154863",
        "4206871359",
        "1750983426",
        "6123045978",
        "3674209581",
        "5869720134",
        "8945362017",
        "9438617205",
        "2581436790",
    };

    private CheckCharacter() {}

    /** One step over 32 symbols; a text with its check symbol ends at 0. */
    static int next32(int interim, int symbol) {
        return twice(interim) ^ symbol;
    }

    /** The symbol that follows a text which ended at {@code interim}. */
    static int check32(int interim) {
        return twice(interim);
    }

    /** One step over ten digits; the end is the check digit, and a number with its check digit ends at 0. */
    static int next10(int interim, int digit) {
        return DAMM[interim].charAt(digit) - '0';
    }

    private static int twice(int element) {
        int shifted = element << 1;
        return shifted >= 32 ? shifted ^ GF32_POLYNOMIAL : shifted;
    }
}
