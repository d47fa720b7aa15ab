package dev.counterfoil.loadtest.auditor;

/** {@code amount} of {@code asset} leaves the account {@code debit} and reaches the account {@code credit}. */
record Posting(String debit, String credit, String asset, long amount) {}
