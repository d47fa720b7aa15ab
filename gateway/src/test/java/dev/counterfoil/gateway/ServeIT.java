package dev.counterfoil.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.counterfoil.gateway.http.ContractClient;
import dev.counterfoil.gateway.http.HttpEdge;
import dev.counterfoil.gateway.settings.Settings;
import dev.counterfoil.gateway.settings.SettingsException;
import dev.counterfoil.gateway.settings.SettingsFile;
import io.vertx.core.json.JsonObject;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/** The process from start to stop on embedded servers, and commands with and without it; in order, on one data folder. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ServeIT {
    @TempDir
    static Path directory;

    private final Map<String, String> environment = Map.of(
            "COUNTERFOIL_DATA_DIR", directory.resolve("data").toString(),
            "COUNTERFOIL_HTTP_HOST", "127.0.0.1",
            "COUNTERFOIL_HTTP_PORT", "0",
            "COUNTERFOIL_DEMO", "false");

    @Test
    @Order(1)
    void a_command_on_a_new_folder_makes_what_a_later_start_needs() {
        CommandLineRun run = run(
                "programs",
                "create",
                "--id",
                "spring",
                "--issuer",
                "acme",
                "--zone",
                "Asia/Shanghai",
                "--assets",
                "CNY,pick",
                "--json");
        assertThat(run.err()).isEmpty();
        assertThat(run.status()).isZero();
        assertThat(new JsonObject(run.out()).getString("zone")).isEqualTo("Asia/Shanghai");
        assertThat(directory.resolve("data/pepper")).exists();
    }

    @Test
    @Order(2)
    void a_gateway_serves_stops_and_commands_run_beside_it() throws Exception {
        int port;
        try (Serve serving = Serve.start(settings())) {
            port = serving.port();
            HttpResponse<String> ready = get(port, "/health/ready");
            assertThat(ready.statusCode()).isEqualTo(200);
            assertThat(get(port, "/metrics").body())
                    .contains("counterfoil_settlement_lag_seconds", "counterfoil_ledger_post");

            CommandLineRun created = run(
                    "keys", "create", "--issuer", "acme", "--client", "shop", "--scopes", "redeem,lookup", "--json");
            assertThat(created.err()).isEmpty();
            JsonObject key = new JsonObject(created.out());
            assertThat(key.getString("key")).startsWith("cf_sk_" + key.getString("id") + "_");
            CommandLineRun listed = run("keys", "list", "--json");
            assertThat(listed.out()).contains(key.getString("id")).doesNotContain(key.getString("key"));
            CommandLineRun revoked = run("keys", "revoke", key.getString("id"));
            assertThat(revoked.out()).contains("revoked");
        }
        assertThatThrownBy(() -> get(port, "/health/live")).isInstanceOf(ConnectException.class);
    }

    @Test
    @Order(3)
    void what_was_made_is_still_there_after_a_restart() {
        assertThat(run("programs", "list").lines()).singleElement().asString().startsWith("spring ");
        assertThat(run("keys", "list", "--issuer", "acme").out()).contains("revoked");
    }

    @Test
    @Order(4)
    void mistakes_of_a_command_are_one_line() {
        CommandLineRun scope = run("keys", "create", "--issuer", "acme", "--client", "x", "--scopes", "rede");
        assertThat(scope.err()).hasLineCount(1).startsWith("counterfoil: --scopes: \"rede\" (expected: redeem, ");
        assertThat(scope.status()).isEqualTo(2);
        CommandLineRun absent = run("keys", "revoke", "zzz");
        assertThat(absent.err().strip()).isEqualTo("counterfoil: there is no key zzz");
        assertThat(absent.status()).isEqualTo(1);
        CommandLineRun taken =
                run("programs", "create", "--id", "spring", "--issuer", "other", "--zone", "UTC", "--assets", "CNY");
        assertThat(taken.err()).hasLineCount(1).contains("another program has the id spring");
    }

    @Test
    @Order(5)
    void a_start_that_fails_leaves_nothing_running() throws Exception {
        try (Serve serving = Serve.start(settings())) {
            Map<String, String> second = new HashMap<>(environment);
            second.put("COUNTERFOIL_HTTP_PORT", Integer.toString(serving.port()));
            second.put("COUNTERFOIL_DATA_DIR", directory.resolve("second").toString());
            assertThatThrownBy(() -> Serve.start(SettingsFile.load(Optional.empty(), second))
                            .close())
                    .isInstanceOf(HttpEdge.PortInUse.class);
            Map<String, String> sameData = new HashMap<>(environment);
            assertThatThrownBy(() -> Serve.start(SettingsFile.load(Optional.empty(), sameData))
                            .close())
                    .hasMessageContaining("data");
            assertThat(get(serving.port(), "/health/ready").statusCode()).isEqualTo(200);
        }
    }

    @Test
    @Order(6)
    void a_lost_pepper_is_not_replaced_by_a_new_one() throws Exception {
        Files.move(directory.resolve("data/pepper"), directory.resolve("kept"));
        assertThatThrownBy(() -> Serve.start(settings()).close())
                .isInstanceOf(SettingsException.class)
                .hasMessageStartingWith("pepper: missing from ")
                .hasMessageEndingWith("restore it from a backup");
        Files.move(directory.resolve("kept"), directory.resolve("data/pepper"));
        Serve.start(settings()).close();
    }

    private Settings settings() {
        return SettingsFile.load(Optional.empty(), environment);
    }

    private CommandLineRun run(String... args) {
        return CommandLineRun.of(environment, args);
    }

    private static HttpResponse<String> get(int port, String path) throws Exception {
        return new ContractClient()
                .send(HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                        .build());
    }
}
