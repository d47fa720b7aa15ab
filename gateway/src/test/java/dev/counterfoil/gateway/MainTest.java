package dev.counterfoil.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MainTest {
    @Test
    void help_names_every_command_and_exit_code() {
        CommandLineRun run = CommandLineRun.of(Map.of(), "--help");
        assertThat(run.status()).isZero();
        assertThat(run.out()).contains("serve", "programs", "keys", "settle", "--config", "Exit codes:");
    }

    @Test
    void the_version_is_the_builds() {
        CommandLineRun run = CommandLineRun.of(Map.of(), "--version");
        assertThat(run.status()).isZero();
        assertThat(run.out().strip())
                .isEqualTo("counterfoil " + BuildInfo.read().version());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "nonsense                   | counterfoil: Unmatched argument at index 0: 'nonsense' (see --help)",
                "keys create                | counterfoil: Missing required options: '--client=<client>', '--scopes=<scopes>' (see --help)",
                "--config nowhere.yaml      | counterfoil: nowhere.yaml: no such file",
                "keys list --config no.yaml | counterfoil: no.yaml: no such file",
            })
    void a_wrong_command_line_is_one_line_and_exit_code_2(String line, String message) {
        CommandLineRun run = CommandLineRun.of(Map.of(), line.split(" "));
        assertThat(run.err().strip()).isEqualTo(message);
        assertThat(run.status()).isEqualTo(2);
        assertThat(run.out()).isEmpty();
    }

    @Test
    void a_wrong_setting_is_one_line_and_exit_code_2() {
        CommandLineRun run = CommandLineRun.of(Map.of("COUNTERFOIL_HTTP_PORT", "many"), "serve");
        assertThat(run.err().strip()).isEqualTo("counterfoil: http.port: \"many\" (expected: a whole number)");
        assertThat(run.status()).isEqualTo(2);
    }

    @Test
    void a_taken_port_is_one_line_before_anything_is_started(@TempDir Path directory) throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Path data = directory.resolve("data");
            CommandLineRun run = CommandLineRun.of(Map.of(
                    "COUNTERFOIL_HTTP_HOST", "127.0.0.1",
                    "COUNTERFOIL_HTTP_PORT", Integer.toString(taken.getLocalPort()),
                    "COUNTERFOIL_DATA_DIR", data.toString()));
            assertThat(run.err()).hasLineCount(1).contains("http.port: " + taken.getLocalPort());
            assertThat(run.status()).isEqualTo(1);
            assertThat(data).doesNotExist();
        }
    }

    @Test
    void debug_adds_the_stack_trace() {
        CommandLineRun run = CommandLineRun.of(Map.of(), "--debug", "--config", "nowhere.yaml");
        assertThat(run.err()).contains("SettingsException", "\tat ");
    }
}
