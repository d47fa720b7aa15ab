package dev.counterfoil.loadtest.fuzz;

import java.io.PrintStream;
import java.util.List;
import java.util.Locale;

/** Something that must not be, and the request that it was seen with. */
record Finding(String what, Exchange exchange) {
    private static final int MOST_PRINTED = 3_000;
    private static final int FIRST_PRINTABLE = 0x20;
    private static final int LAST_PRINTABLE = 0x7e;

    /** What two of the same cause have in common, mostly. */
    String cause() {
        List<Answer> answers = exchange.answers();
        return what.replaceAll("\\d{2,}", "#")
                        .substring(
                                0, Math.min(60, what.replaceAll("\\d{2,}", "#").length()))
                + (answers.isEmpty() ? "" : answers.get(answers.size() - 1).status())
                + (what.startsWith("STATUS") || what.startsWith("UNDECLARED")
                        ? exchange.shot().route()
                        : "");
    }

    /** The word that names its kind. */
    String kind() {
        return what.substring(0, what.indexOf(':'));
    }

    void print(PrintStream out, long seed, Shot smallest) {
        Shot shot = exchange.shot();
        out.println();
        out.println(what);
        out.println("  -Dseed=" + seed + " -Dfrom=" + shot.index() + " -Drequests=1: " + shot.label());
        if (smallest.mutations().size() < shot.mutations().size()) {
            out.println("  still so with " + smallest.mutations() + " alone");
        }
        out.println("  sent: " + escaped(smallest.bytes()));
        for (Answer answer : exchange.answers()) {
            out.println("  answered: " + answer.status() + " " + answer.headers() + " " + escaped(answer.body()));
        }
    }

    static String escaped(byte[] bytes) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < bytes.length && text.length() < MOST_PRINTED; i++) {
            int each = bytes[i] & 0xff;
            switch (each) {
                case '\r' -> text.append("\\r");
                case '\n' -> text.append("\\n");
                case '\\' -> text.append("\\\\");
                default -> {
                    if (each < FIRST_PRINTABLE || each > LAST_PRINTABLE) {
                        text.append(String.format(Locale.ROOT, "\\x%02x", each));
                    } else {
                        text.append((char) each);
                    }
                }
            }
        }
        return text.length() < MOST_PRINTED ? text.toString() : text + "… (" + bytes.length + " bytes)";
    }
}
