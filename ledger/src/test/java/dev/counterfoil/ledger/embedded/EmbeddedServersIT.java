package dev.counterfoil.ledger.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.counterfoil.ledger.testing.RedisWire;
import dev.counterfoil.ledger.testing.Servers;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/** One folder's life: made, stopped, crashed, orphaned, shared. The tests run in order, each on what the last one left. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class EmbeddedServersIT {
    private static Path folder;

    @BeforeAll
    static void make_folder() throws IOException {
        folder = Files.createTempDirectory(
                Files.createDirectories(Path.of("target").toAbsolutePath()), "embedded-");
    }

    @AfterAll
    static void delete_folder() throws IOException {
        PostgresqlBinaries.deleteTree(folder);
    }

    @Test
    @Order(1)
    void the_first_start_makes_everything_and_says_so() throws Exception {
        try (EmbeddedServers servers = start()) {
            assertThat(servers.owned()).isTrue();
            assertThat(servers.freshPostgresql()).isTrue();
            try (RedisWire redis = RedisWire.to(servers.redisUri())) {
                assertThat(redis.send("SET kept yes")).isEqualTo("+OK");
            }
            execute(servers.jdbcUri(), "CREATE TABLE kept (word text)", "INSERT INTO kept VALUES ('yes')");
        }
        assertThat(folder.resolve("servers.json")).doesNotExist();
    }

    @Test
    @Order(2)
    void a_restart_keeps_data_and_passwords() throws Exception {
        try (EmbeddedServers servers = start()) {
            assertThat(servers.freshPostgresql()).isFalse();
            assertKept(servers);
        }
    }

    @Test
    @Order(3)
    void what_is_answered_is_on_disk() throws Exception {
        try (EmbeddedServers servers = start()) {
            for (String setting : List.of("fsync", "synchronous_commit", "full_page_writes")) {
                assertThat(value(servers.jdbcUri(), "SHOW " + setting))
                        .as(setting)
                        .isEqualTo("on");
            }
            assertThat(value(servers.jdbcUri(), "SHOW listen_addresses")).isEqualTo("127.0.0.1");
            try (RedisWire redis = RedisWire.to(servers.redisUri())) {
                assertThat(redis.send("INFO persistence")).isNotEmpty();
            }
            for (String line : List.of(
                    "bind 127.0.0.1",
                    "appendonly yes",
                    "appendfsync always",
                    "no-appendfsync-on-rewrite no",
                    "maxmemory-policy noeviction")) {
                assertThat(Files.readAllLines(folder.resolve("redis/redis.conf")))
                        .contains(line);
            }
        }
    }

    @Test
    @Order(4)
    void both_ask_for_their_password_and_never_show_it() throws Exception {
        try (EmbeddedServers servers = start()) {
            try (RedisWire redis = new RedisWire(servers.redis().port())) {
                assertThat(redis.send("GET kept")).startsWith("-NOAUTH");
                assertThat(redis.send("AUTH wrong")).startsWith("-WRONGPASS");
            }
            for (String user : List.of("counterfoil", "postgres")) {
                String wrong = servers.jdbcUri().replaceFirst("//.*@", "//" + user + ":wrong@");
                assertThatThrownBy(() -> Servers.connect(wrong).close())
                        .isInstanceOfSatisfying(
                                SQLException.class,
                                e -> assertThat(e.getSQLState()).isEqualTo("28P01"));
            }
            String privilege = value(servers.jdbcUri(), "SELECT rolsuper FROM pg_roles WHERE rolname = current_user");
            assertThat(privilege).isEqualTo("f");
            for (String uri : List.of(servers.redisUri(), servers.jdbcUri())) {
                String password =
                        List.of(URI.create(uri).getUserInfo().split(":")).get(1);
                assertThat(servers.toString() + servers.redis() + servers.postgresql())
                        .doesNotContain(password);
                assertThat(logs()).doesNotContain(password);
            }
        }
    }

    @Test
    @Order(5)
    void no_file_is_for_anybody_else() throws Exception {
        try (EmbeddedServers servers = start()) {
            assertThat(servers.data().path().resolve("servers.json")).exists();
            List<String> loose = new ArrayList<>();
            try (Stream<Path> files = Files.walk(folder)) {
                for (Path file : files.filter(f -> !Files.isSymbolicLink(f)).toList()) {
                    String mode = PosixFilePermissions.toString(
                            Files.getPosixFilePermissions(file, LinkOption.NOFOLLOW_LINKS));
                    if (!mode.endsWith("------")) {
                        loose.add(mode + " " + file);
                    }
                }
            }
            assertThat(loose).isEmpty();
            for (String file : List.of("servers.json", "redis.password", "postgresql.password", "redis/redis.conf")) {
                assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.resolve(file))))
                        .as(file)
                        .isEqualTo("rw-------");
            }
        }
    }

    @Test
    @Order(6)
    void a_killed_server_comes_back_on_its_port_with_its_data() throws Exception {
        try (EmbeddedServers servers = start()) {
            String redisUri = servers.redisUri();
            String jdbcUri = servers.jdbcUri();
            servers.redis().kill();
            servers.postgresql().kill();
            assertThat(servers.redis().isAlive()).isFalse();
            assertThat(servers.postgresql().isAlive()).isFalse();
            assertThatThrownBy(() -> RedisWire.to(redisUri).close()).isInstanceOf(IOException.class);
            assertThatThrownBy(() -> Servers.connect(jdbcUri).close()).isInstanceOf(SQLException.class);

            servers.redis().restart();
            servers.postgresql().restart();
            assertKept(servers);
        }
    }

    @Test
    @Order(7)
    void a_paused_server_keeps_connections_and_answers_when_resumed() throws Exception {
        try (EmbeddedServers servers = start();
                RedisWire redis = RedisWire.to(servers.redisUri());
                Connection connection = Servers.connect(servers.jdbcUri());
                Statement statement = connection.createStatement()) {
            connection.setNetworkTimeout(Runnable::run, 20_000);
            servers.redis().pause();
            servers.postgresql().pause();
            assertThatThrownBy(() -> redis.send("GET kept")).isInstanceOf(SocketTimeoutException.class);
            Thread resumer = new Thread(() -> {
                await().pollDelay(Duration.ofMillis(700)).until(() -> true);
                servers.postgresql().resume();
            });
            long begin = System.nanoTime();
            resumer.start();
            statement.execute("SELECT 1");
            assertThat(Duration.ofNanos(System.nanoTime() - begin)).isGreaterThan(Duration.ofMillis(600));
            resumer.join();
            servers.redis().resume();
            assertKept(servers);
        }
    }

    @Test
    @Order(8)
    void servers_left_paused_still_stop() {
        EmbeddedServers servers = start();
        ProcessHandle redis = ProcessHandle.of(servers.redis().pid()).orElseThrow();
        ProcessHandle postgresql = ProcessHandle.of(servers.postgresql().pid()).orElseThrow();
        servers.redis().pause();
        servers.close();
        assertThat(redis.isAlive()).isFalse();
        assertThat(postgresql.isAlive()).isFalse();
    }

    @Test
    @Order(9)
    void the_orphans_of_a_killed_process_end_and_do_not_stop_the_next_start() throws Exception {
        try (ChildJvm child = ChildJvm.holding(folder)) {
            child.kill();
            try (EmbeddedServers servers = start()) {
                assertThat(child.servers())
                        .noneMatch(pid -> ProcessHandle.of(pid).isPresent());
                assertKept(servers);
            }
        }
    }

    @Test
    @Order(10)
    void an_orphan_whose_shell_was_killed_too_is_stopped() throws Exception {
        try (ChildJvm child = ChildJvm.holding(folder)) {
            // Its shell and the shell's guard gone, nobody is left to stop this Redis.
            ProcessHandle redis = ProcessHandle.of(child.servers().get(0)).orElseThrow();
            ProcessHandle shell = redis.parent().orElseThrow();
            List<ProcessHandle> guards =
                    shell.children().filter(process -> !process.equals(redis)).toList();
            guards.forEach(ProcessHandle::destroyForcibly);
            shell.destroyForcibly();
            child.kill();
            assertThat(redis.isAlive()).isTrue();
            try (EmbeddedServers servers = start()) {
                assertThat(redis.isAlive()).isFalse();
                assertKept(servers);
            }
        }
    }

    @Test
    @Order(11)
    void a_second_process_attaches_to_the_first_ones_servers() throws Exception {
        try (ChildJvm child = ChildJvm.holding(folder)) {
            assertThatThrownBy(() -> DataDirectory.open(folder))
                    .isInstanceOf(DataDirectoryInUse.class)
                    .hasMessageContaining("process " + child.pid())
                    .hasMessageContaining(folder.toString());
            try (EmbeddedServers servers = EmbeddedServers.attachOrStart(folder, EmbeddedSettings.DEFAULT)) {
                assertThat(servers.owned()).isFalse();
                assertKept(servers);
            }
            assertThat(child.servers()).allMatch(pid -> ProcessHandle.of(pid).isPresent());
        }
        try (EmbeddedServers servers = EmbeddedServers.attachOrStart(folder, EmbeddedSettings.DEFAULT)) {
            assertThat(servers.owned()).isTrue();
            assertKept(servers);
        }
    }

    @Test
    @Order(12)
    void a_port_in_use_is_one_line_and_leaves_nothing_running() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            int port = taken.getLocalPort();
            assertThatThrownBy(() -> EmbeddedServers.start(
                            DataDirectory.open(folder), new EmbeddedSettings(true, port, 0, true, 0)))
                    .isInstanceOf(EmbeddedServerException.class)
                    .hasMessage("embedded Redis: port " + port + " is in use");
            assertThatThrownBy(() -> EmbeddedServers.start(
                            DataDirectory.open(folder), new EmbeddedSettings(true, 0, 0, true, port)))
                    .isInstanceOf(EmbeddedServerException.class)
                    .hasMessage("embedded PostgreSQL: port " + port + " is in use");
        }
        assertThat(ProcessHandle.allProcesses().filter(this::belongsToFolder)).isEmpty();
    }

    @Test
    @Order(13)
    void a_server_that_cannot_start_says_why_in_one_line_and_stops_the_other() throws Exception {
        Path control = folder.resolve("postgres/global/pg_control");
        Path aside = folder.resolve("pg_control");
        Files.move(control, aside);
        assertThatThrownBy(EmbeddedServersIT::start)
                .isInstanceOf(EmbeddedServerException.class)
                .hasMessageContaining("embedded PostgreSQL did not start: ")
                .satisfies(e -> assertThat(e.getMessage().lines()).hasSize(1));
        assertThat(ProcessHandle.allProcesses().filter(this::belongsToFolder)).isEmpty();
        Files.move(aside, control);
        try (EmbeddedServers servers = start()) {
            assertKept(servers);
        }
    }

    private boolean belongsToFolder(ProcessHandle process) {
        return process.info().commandLine().orElse("").contains(folder.toString());
    }

    private static EmbeddedServers start() {
        return EmbeddedServers.start(DataDirectory.open(folder), EmbeddedSettings.DEFAULT);
    }

    private static void assertKept(EmbeddedServers servers) throws Exception {
        try (RedisWire redis = RedisWire.to(servers.redisUri())) {
            assertThat(redis.send("GET kept")).isEqualTo("yes");
        }
        assertThat(value(servers.jdbcUri(), "SELECT word FROM kept")).isEqualTo("yes");
    }

    private static void execute(String uri, String... statements) throws SQLException {
        try (Connection connection = Servers.connect(uri);
                Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        }
    }

    private static String value(String uri, String query) throws SQLException {
        try (Connection connection = Servers.connect(uri);
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(query)) {
            assertThat(rows.next()).isTrue();
            return rows.getString(1);
        }
    }

    private static String logs() throws IOException {
        StringBuilder all = new StringBuilder();
        try (Stream<Path> files = Files.list(folder.resolve("logs"))) {
            for (Path file : files.toList()) {
                all.append(Files.readString(file));
            }
        }
        return all.toString();
    }
}
