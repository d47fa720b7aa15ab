package dev.counterfoil.gateway.settings;

/** A value that must never be printed: {@link #toString()}, and so every record that holds it, hides it. */
public record Secret(String reveal) {
    @Override
    public String toString() {
        return "(hidden)";
    }
}
