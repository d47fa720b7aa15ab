package dev.counterfoil.ledger.model;

import java.util.List;

/**
 * A sequence on which two ledgers differ.
 *
 * @param expected the reference's answers
 * @param given the other's answers
 * @param contents the values that differ in the end, one a paragraph
 */
public record Disagreement(List<Command> commands, List<String> expected, List<String> given, String contents) {
    /** The sequence as one reads it: each command with its answer, or with both where they differ. */
    public String text() {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < commands.size(); i++) {
            text.append(String.format("%3d  %s%n", i + 1, commands.get(i)));
            boolean agreed = expected.get(i).equals(given.get(i));
            text.append(agreed ? "     → " : "     expected ").append(expected.get(i));
            text.append(agreed ? "\n" : "\n     but got  " + given.get(i) + "\n");
        }
        return text + (contents.isEmpty() ? "the same values in the end\n" : "in the end\n" + contents);
    }
}
