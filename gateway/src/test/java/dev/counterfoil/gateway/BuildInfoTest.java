package dev.counterfoil.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class BuildInfoTest {
    @Test
    void the_build_fills_in_its_version() {
        BuildInfo info = BuildInfo.read();

        assertThat(info.version()).matches("\\d+\\.\\d+\\.\\d+(-SNAPSHOT)?");
        assertThat(info.released()).endsWith("Z").doesNotContain("$");
    }
}
