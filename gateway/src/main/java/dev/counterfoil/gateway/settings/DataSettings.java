package dev.counterfoil.gateway.settings;

import java.nio.file.Path;

/** Where the embedded servers, the generated keys and {@code demo.env} are kept; relative to the working directory. */
public record DataSettings(Path dir) {
    public DataSettings {
        Bounds.text("data.dir", dir.toString());
    }

    public static DataSettings defaults() {
        return new DataSettings(Path.of("data"));
    }
}
