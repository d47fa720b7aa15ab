package dev.counterfoil.gateway.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.counterfoil.ledger.rates.Rate;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SettingsFileTest {
    private static final Path DOCUMENTED = Path.of("../config/counterfoil.yaml");
    private static final Pattern RANGE = Pattern.compile(" (\\d+)(ms|s|m|h|)\\.\\.(\\d+)(ms|s|m|h|)$");

    @TempDir
    Path directory;

    @Test
    void without_a_file_and_variables_every_setting_has_its_default() {
        assertThat(SettingsFile.load(Optional.empty(), Map.of())).isEqualTo(Settings.defaults());
    }

    @Test
    void the_documented_file_holds_exactly_the_defaults() {
        assertThat(SettingsFile.load(Optional.of(DOCUMENTED), Map.of())).isEqualTo(Settings.defaults());
    }

    @Test
    void the_documented_file_names_every_setting() throws IOException {
        String text = Files.readString(DOCUMENTED);
        assertThat(settingsOf(text).keySet()).containsExactlyInAnyOrderElementsOf(new SettingPaths().all());
    }

    @Test
    void the_documented_bounds_are_the_bounds() throws IOException {
        int checked = 0;
        for (Map.Entry<String, String> setting :
                settingsOf(Files.readString(DOCUMENTED)).entrySet()) {
            Matcher range = RANGE.matcher(setting.getValue());
            if (!range.find()) {
                continue;
            }
            checked++;
            String variable = SettingPaths.variable(setting.getKey());
            String low = range.group(1) + range.group(2);
            String high = range.group(3) + range.group(4);
            assertThat(SettingsFile.load(Optional.empty(), fitting(variable, high)))
                    .isNotNull();
            assertInRange(variable, low);
            String aboveHigh = (Long.parseLong(range.group(3)) + 1) + range.group(4);
            assertRefused(variable, aboveHigh, setting.getKey() + ": ");
            boolean duration = !range.group(2).isEmpty();
            if (!duration) {
                assertRefused(variable, Long.toString(Long.parseLong(range.group(1)) - 1), setting.getKey() + ": ");
            } else if (!range.group(1).equals("0")) {
                assertRefused(variable, "1ms", setting.getKey() + ": ");
            }
        }
        assertThat(checked).isGreaterThan(12);
    }

    @Test
    void what_stays_in_a_journal_never_fills_it() {
        assertThat(SettingsFile.load(Optional.empty(), Map.of()).ledger().journalKept())
                .isEqualTo(100_000);
        assertThat(SettingsFile.load(Optional.empty(), Map.of("COUNTERFOIL_LEDGER_JOURNAL_LIMIT", "1000"))
                        .ledger()
                        .journalKept())
                .isEqualTo(500);
    }

    /** With a value of one setting, others that are held to it. */
    private static Map<String, String> fitting(String variable, String value) {
        Map<String, String> all = new HashMap<>(Map.of(
                "COUNTERFOIL_LEDGER_SETTLED_WAIT",
                "10ms",
                "COUNTERFOIL_HTTP_BOUNDS_REQUEST_DEADLINE",
                "10m",
                "COUNTERFOIL_HTTP_IDLE_TIMEOUT",
                "1h"));
        all.put(variable, value);
        return all;
    }

    /** The least that a setting may be by itself; no others may be small enough for it. */
    private static void assertInRange(String variable, String value) {
        try {
            assertThat(SettingsFile.load(Optional.empty(), fitting(variable, value)))
                    .isNotNull();
        } catch (SettingsException heldToOthers) {
            assertThat(heldToOthers)
                    .hasMessageContaining("(expected: at least ")
                    .hasMessageContaining(" + 1s, ");
        }
    }

    private static void assertRefused(String variable, String value, String start) {
        assertThatThrownBy(() -> SettingsFile.load(Optional.empty(), Map.of(variable, value)))
                .isInstanceOf(SettingsException.class)
                .hasMessageStartingWith(start)
                .hasMessageContaining("(expected: ")
                .hasMessageContaining("..");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "http: {prot: 1}            | http.prot: unknown setting (the nearest known one: http.port)",
                "htp: {port: 1}             | htp: unknown setting (the nearest known one: http)",
                "http: {port: abc}          | http.port: \"abc\" (expected: a whole number)",
                "http: {port: 1.5}          | http.port: 1.5 (expected: a whole number)",
                "http: {port: [1]}          | http.port: a list (expected: a whole number)",
                "http: {port: 70000}        | http.port: 70000 (expected: 0..65535)",
                "http: {port: 99999999999}  | http.port: 99999999999 (expected: a whole number up to 2147483647)",
                "http: {host: ''}           | http.host: \"\" (expected: a text that is not empty)",
                "http: {host: 5}            | http.host: 5 (expected: a text)",
                "http: 5                    | http: 5 (expected: a section with settings)",
                "http: {tls: {key: k.pem}}  | http.tls.certificate: missing (expected: the PEM file that http.tls.key belongs to)",
                "http: {tls: {certificate: c.pem}} | http.tls.key: missing (expected: the PEM file with the key of http.tls.certificate)",
                "http: {bounds: {in-flight: 0}} | http.bounds.in-flight: 0 (expected: 1..1000000)",
                "http: {idle-timeout: 10}   | http.idle-timeout: 10 (expected: a duration such as 500ms, 10s, 5m or 24h)",
                "http: {idle-timeout: 5 s}  | http.idle-timeout: \"5 s\" (expected: a duration such as 500ms, 10s, 5m or 24h)",
                "http: {idle-timeout: 15900ms} | http.idle-timeout: 15900ms (expected: at least http.bounds.request-deadline + 1s, 16s)",
                "ledger: {settled-wait: 13s} | http.bounds.request-deadline: 15s (expected: at least ledger.settled-wait + redis.command-timeout + 1s, 16s)",
                "redis: {command-timeout: 12s} | http.bounds.request-deadline: 15s (expected: at least ledger.settled-wait + redis.command-timeout + 1s, 16s)",
                "http: {idle-timeout: 10ms} | http.idle-timeout: 10ms (expected: 1s..1h)",
                "ledger: {durability: fast} | ledger.durability: \"fast\" (expected: accepted or durable or settled)",
                "settlement: {enabled: on!} | settlement.enabled: \"on!\" (expected: true or false)",
                "limits: {program-rate: 100} | limits.program-rate: 100 (expected: off, or requests a window, 1/1s..10000000/24h, as 100/1s or 600/1m)",
                "limits: {program-rate: on}  | limits.program-rate: true (expected: off, or requests a window, 1/1s..10000000/24h, as 100/1s or 600/1m)",
                "limits: {program-rate: 0/s} | limits.program-rate: \"0/s\" (expected: off, or requests a window, 1/1s..10000000/24h, as 100/1s or 600/1m)",
                "signatures: {authority: 'https://a.example'} | signatures.authority: \"https://a.example\" (expected: host or host:port in lower case, as redeem.example.com)",
                "signatures: {authority: ':8080'} | signatures.authority: \":8080\" (expected: host or host:port in lower case, as redeem.example.com)",
                "signatures: {max-age: 1s} | signatures.max-age: 1s (expected: 10s..1h)",
                "signatures: {max-ahead: 6m} | signatures.max-ahead: 6m (expected: 0s..5m)",
                "demo: maybe                | demo: \"maybe\" (expected: auto or true or false)",
                "pepper: s3cret             | pepper: (hidden) (expected: a list of texts)",
                "pepper: [12345]            | pepper[0]: (hidden) (expected: a text, quoted if it is made of digits)",
                "redis: {uri: 'http://:s3cret@h'} | redis.uri: (hidden) (expected: a URI that starts with redis:// or rediss://)",
                "redis: {uri: 'redis://:s3cret@h:1,i:2/3'} | redis.uri: (hidden) (expected: no database behind several hosts; a cluster has only 0)",
            })
    void a_setting_that_cannot_be_used_is_one_line_with_path_value_and_expectation(String yaml, String message) {
        assertThatThrownBy(() -> load(yaml))
                .isInstanceOf(SettingsException.class)
                .hasMessage(message);
    }

    @ParameterizedTest
    @ValueSource(strings = {"http: {port: 1", "http: {port: 1}\nhttp: {port: 2}", "http: {port: 1, port: 2}"})
    void a_broken_or_doubled_file_names_the_file_and_the_place(String yaml) {
        assertThatThrownBy(() -> load(yaml))
                .isInstanceOf(SettingsException.class)
                .hasMessageMatching(".*counterfoil\\.yaml:\\d+:\\d+: not YAML, or a setting is there twice");
    }

    @Test
    void a_file_without_lines_is_the_defaults() throws IOException {
        assertThat(load("# nothing\n")).isEqualTo(Settings.defaults());
    }

    @Test
    void rates_are_read_from_the_file_and_the_environment() throws IOException {
        Path file = write("limits: {secret-key-rate: 600/1m, publishable-key-rate: off, program-rate: 'off'}");
        LimitsSettings limits = SettingsFile.load(Optional.of(file), Map.of("COUNTERFOIL_LIMITS_PROGRAM_RATE", "5/s"))
                .limits();
        assertThat(limits)
                .isEqualTo(
                        new LimitsSettings(new Rate(600, 60), Rate.OFF, new Rate(5, 1), new Rate(6_000, 60), Rate.OFF));
        assertThat(SettingsFile.load(Optional.of(file), Map.of("COUNTERFOIL_LIMITS_SECRET_KEY_RATE", "off"))
                        .limits()
                        .secretKeyRate())
                .isEqualTo(Rate.OFF);
    }

    @Test
    void a_missing_file_is_named() {
        assertThatThrownBy(() -> SettingsFile.load(Optional.of(Path.of("nowhere.yaml")), Map.of()))
                .hasMessage("nowhere.yaml: no such file");
    }

    @Test
    void the_environment_wins_over_the_file() throws IOException {
        Path file = write("http: {port: 1, max-body-bytes: 2048}");
        Settings settings = SettingsFile.load(
                Optional.empty(),
                Map.of(
                        "COUNTERFOIL_CONFIG", file.toString(),
                        "COUNTERFOIL_HTTP_PORT", "2",
                        "COUNTERFOIL_REDIS_URI", "redis://:s3cret@localhost",
                        "COUNTERFOIL_PEPPER", "first, second",
                        "COUNTERFOIL_LEDGER_IDEMPOTENCY_TTL", "2d",
                        "COUNTERFOIL_DEMO", "false",
                        "PATH", "/bin"));
        assertThat(settings.http().port()).isEqualTo(2);
        assertThat(settings.http().maxBodyBytes()).isEqualTo(2048);
        assertThat(settings.redis().uri()).contains(new Secret("redis://:s3cret@localhost"));
        assertThat(settings.pepper()).containsExactly(new Secret("first"), new Secret("second"));
        assertThat(settings.ledger().idempotencyTtl()).isEqualTo(Duration.ofDays(2));
        assertThat(settings.demo()).isEqualTo(Settings.Demo.FALSE);
        assertThat(settings.toString()).doesNotContain("s3cret", "first");
    }

    @Test
    void an_unknown_variable_is_an_error_that_names_the_nearest() {
        assertThatThrownBy(() -> SettingsFile.load(Optional.empty(), Map.of("COUNTERFOIL_HTTP_PROT", "1")))
                .hasMessage("COUNTERFOIL_HTTP_PROT: unknown setting (the nearest known one: COUNTERFOIL_HTTP_PORT)");
    }

    @Test
    void no_two_settings_share_a_variable() {
        List<String> paths = new SettingPaths().all();
        assertThat(paths.stream().map(SettingPaths::variable)).doesNotHaveDuplicates();
    }

    @Test
    void an_empty_uri_is_no_uri() throws IOException {
        assertThat(load("redis: {uri: ''}").redis().uri()).isEmpty();
    }

    private Settings load(String yaml) throws IOException {
        return SettingsFile.load(Optional.of(write(yaml)), Map.of());
    }

    private Path write(String yaml) throws IOException {
        return Files.writeString(directory.resolve("counterfoil.yaml"), yaml);
    }

    /** Path → the comment above it, read as text, since YAML forgets comments. */
    private static Map<String, String> settingsOf(String text) {
        Map<String, String> comments = new HashMap<>();
        Deque<String> sections = new ArrayDeque<>();
        String comment = "";
        for (String line : text.lines().toList()) {
            Matcher name = Pattern.compile("( *)([a-z-]+):(.*)").matcher(line);
            if (line.strip().startsWith("#")) {
                comment = comment + line;
            } else if (name.matches()) {
                while (sections.size() > name.group(1).length() / 2) {
                    String unused = sections.removeLast();
                }
                sections.addLast(name.group(2));
                String path = String.join(".", sections);
                // What others are found below is a section.
                comments.remove(path.substring(0, Math.max(0, path.lastIndexOf('.'))));
                comments.put(path, comment);
                comment = "";
            } else {
                comment = "";
            }
        }
        return comments;
    }
}
