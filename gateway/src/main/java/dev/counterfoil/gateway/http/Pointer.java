package dev.counterfoil.gateway.http;

/** RFC 6901 pointers. */
final class Pointer {
    private Pointer() {}

    /** The place {@code name} in the object, or the index in the array, at {@code pointer}. */
    static String child(String pointer, String name) {
        return pointer + "/" + name.replace("~", "~0").replace("/", "~1");
    }
}
