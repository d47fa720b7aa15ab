package dev.counterfoil.gateway;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;

/** What the build wrote down about itself. The same from classes and from the runnable jar. */
public record BuildInfo(String version, String released) {
    private static final String RESOURCE = "build.properties";

    /** Reads the properties that stand beside this class. */
    public static BuildInfo read() {
        Properties properties = new Properties();
        try (InputStream in = BuildInfo.class.getResourceAsStream(RESOURCE)) {
            if (in == null) {
                throw new IllegalStateException("missing resource: dev/counterfoil/gateway/" + RESOURCE);
            }
            properties.load(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new BuildInfo(
                properties.getProperty("version", "unknown"), properties.getProperty("released", "unknown"));
    }
}
