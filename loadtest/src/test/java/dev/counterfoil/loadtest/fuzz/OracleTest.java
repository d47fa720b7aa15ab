package dev.counterfoil.loadtest.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The fuzzer against servers that do one thing wrong each: it has to be told, and nothing else. */
class OracleTest {
    private static final Duration HANGS_AFTER = Duration.ofMillis(400);
    private static final String OK = "{\"id\":\"x\"}";
    private static final String REFUSED =
            "{\"type\":\"urn:x\",\"status\":400,\"code\":\"invalid_request\",\"retryable\":true,\"request_id\":\"r\"}";
    private static final String SERVER = "openapi: 3.1.0\n"
            + "paths:\n"
            + "  /things:\n"
            + "    post:\n"
            + "      requestBody:\n"
            + "        required: true\n"
            + "        content:\n"
            + "          application/json:\n"
            + "            example: {\"secret\": \"x\", \"reference\": \"r\"}\n"
            + "      responses: {'200': {}, '400': {}, '503': {}}\n";

    @TempDir
    static Path folder;

    private static Contract contract;

    @BeforeAll
    static void read() throws Exception {
        contract = Contract.parse(SERVER);
    }

    @Test
    void a_server_that_keeps_to_the_contract_is_left_in_peace() throws Exception {
        assertThat(kinds(request ->
                        request.startsWith("POST /things HTTP/1.1\r\n") ? answer(200, OK) : answer(400, REFUSED)))
                .isEmpty();
    }

    @Test
    void a_status_of_500_is_found() throws Exception {
        assertThat(kinds(request -> answer(500, REFUSED.replace("400", "500")))).contains("STATUS");
    }

    @Test
    void what_a_key_of_another_tenant_is_given_is_found() {
        Shot shot = shots().valid(contract.routes().get(0), "cf_sk_rival_secret", 1);
        Shot trespassing = new Shot(
                shot.index(),
                shot.route(),
                shot.mutations(),
                shot.left(),
                shot.bytes(),
                shot.pieces(),
                shot.headAt(),
                shot.answers(),
                shot.mostAnswers(),
                shot.due(),
                shot.ending(),
                shot.secrets(),
                true);
        Oracle oracle = new Oracle(contract);
        List<Answer> given = List.of(parsed(200, OK));
        assertThat(oracle.check(new Exchange(trespassing, given, false, "", 1)))
                .anyMatch(finding -> finding.startsWith("TRESPASS:"));
        assertThat(oracle.check(new Exchange(shot, given, false, "", 1)))
                .noneMatch(finding -> finding.startsWith("TRESPASS:"));
    }

    @Test
    void a_status_that_the_operation_does_not_declare_is_found() throws Exception {
        assertThat(kinds(request -> answer(404, REFUSED.replace("400", "404")))).contains("UNDECLARED");
    }

    @Test
    void a_secret_that_comes_back_is_found() throws Exception {
        assertThat(kinds(request -> answer(
                        200,
                        "{\"told\":\""
                                + request.replaceAll("(?s).*\"secret\":\"([^\"]*)\".*", "$1")
                                        .replaceAll("[^A-Z0-9-]", "")
                                + "\"}")))
                .containsExactly("SECRET");
        assertThat(kinds(request -> "HTTP/1.1 200 OK\r\nX-Key: "
                        + request.replaceAll("(?s).*Authorization: Bearer (\\S+).*", "$1")
                                .replaceAll("[^A-Za-z0-9_]", "")
                        + "\r\nContent-Length: 2\r\n\r\n{}"))
                .containsExactly("SECRET");
    }

    @Test
    void a_server_that_does_not_answer_is_found() throws Exception {
        assertThat(kinds(request -> "")).containsExactly("HANGS");
        assertThat(kinds(request -> "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n{"))
                .containsExactly("HANGS");
    }

    @Test
    void a_connection_that_ends_without_an_answer_is_found() throws Exception {
        assertThat(kinds(request -> null)).containsExactly("UNANSWERED");
    }

    @Test
    void what_is_no_response_is_found() throws Exception {
        assertThat(kinds(request -> "HTTP/1.1 200 OK\nContent-Length: 2\n\n{}")).containsExactly("MALFORMED");
        assertThat(kinds(request -> "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n{}"))
                .containsExactly("MALFORMED");
    }

    @Test
    void a_problem_that_is_none_is_found() throws Exception {
        for (String wrong : List.of(
                REFUSED.replace("400", "409"),
                REFUSED.replace("\"code\":\"invalid_request\",", ""),
                REFUSED.replace(",\"request_id\":\"r\"", ""),
                REFUSED + "}",
                "no JSON")) {
            assertThat(kinds(request -> answer(400, wrong))).as(wrong).containsOnly("PROBLEM");
        }
        assertThat(kinds(request -> answer(400, REFUSED).replace("problem+json", "json")))
                .containsOnly("PROBLEM");
    }

    @Test
    void a_503_that_is_not_by_design_is_found() throws Exception {
        String overloaded = REFUSED.replace("400", "503").replace("invalid_request", "overloaded");
        String later = answer(503, overloaded).replace("Content-Length", "Retry-After: 1\r\nContent-Length");

        assertThat(kinds(request -> later)).isEmpty();
        assertThat(kinds(request -> answer(503, overloaded))).containsOnly("PROBLEM");
        // Nothing here moves value, so no outcome can be unknown.
        assertThat(kinds(request -> later.replace("\"overloaded\"", "\"outcome_unknown\"")
                        .replace("Content-Length: 95", "Content-Length: 100")))
                .contains("PROBLEM");
    }

    @Test
    void what_the_inside_is_called_is_found() throws Exception {
        for (String inside : List.of(
                "java.lang.NullPointerException",
                "at io.vertx.core.impl.Foo.bar(Foo.java:1)",
                "ERROR: duplicate key value violates unique constraint",
                "WRONGTYPE Operation against a key holding the wrong kind of value")) {
            assertThat(kinds(request -> answer(200, "{\"a\":\"" + inside + "\"}")))
                    .as(inside)
                    .containsExactly("INSIDE");
        }
    }

    @Test
    void what_is_hidden_in_a_body_and_answered_is_found() throws Exception {
        Shot shot = shots().of(0, List.of());
        Exchange twice = new Exchange(shot, List.of(parsed(200, OK), parsed(200, OK), parsed(200, OK)), false, "", 1);

        assertThat(new Oracle(contract).check(twice).stream().filter(each -> each.startsWith("SMUGGLED")))
                .hasSize(1);
    }

    @Test
    void a_failure_is_made_smaller_and_printed_with_what_repeats_it() throws Exception {
        try (FakeServer server = new FakeServer(request -> answer(500, REFUSED.replace("400", "500")));
                Barrage barrage = barrage(server)) {
            long index = 0;
            while (shots().of(index, List.of()).mutations().size() < 3) {
                index++;
            }
            barrage.fire(index, index + 1);
            Finding finding = barrage.findings().get(0);
            Shot smallest = barrage.smallest(finding);
            ByteArrayOutputStream printed = new ByteArrayOutputStream();
            finding.print(new PrintStream(printed, true, StandardCharsets.UTF_8), 7, smallest);

            assertThat(smallest.mutations()).hasSize(1);
            assertThat(printed.toString(StandardCharsets.UTF_8))
                    .contains("-Dseed=7 -Dfrom=" + index + " -Drequests=1")
                    .contains("sent: ");
        }
    }

    @Test
    void an_error_and_a_secret_in_a_log_are_found() throws Exception {
        Path log = folder.resolve("log");
        Traces traces = new Traces(Set.of("AAAA-BBBB-CCCC-DDDD"));
        Files.writeString(
                log,
                "2026-11-27T04:15:02.169Z INFO  access: request method=POST status=201\n"
                        + "2026-11-27T04:15:02.169Z WARN  X: ERROR is only a word here\n");
        assertThat(traces.log(log, 0)).isEmpty();

        long before = Files.size(log);
        Files.writeString(
                log,
                Files.readString(log) + "2026-11-27T04:15:02.169Z ERROR Failures: request x failed\n"
                        + "2026-11-27T04:15:02.169Z INFO  X: card aaaabbbbccccdddd.\n");
        assertThat(traces.log(log, before)).hasSize(2);
        assertThat(traces.log(log, Files.size(log))).isEmpty();
        assertThat(traces.metrics("a{b=\"AAAA-BBBB-CCCC-DDDD\"} 1\nc 2")).hasSize(1);
    }

    @Test
    void what_is_kept_after_a_run_is_found() {
        Footprint before = new Footprint(50L << 20, 40, 0, "a 1\n# b\n");

        assertThat(new Footprint(60L << 20, 45, 0, "a 1\nb 2\n").leaked(before)).isEmpty();
        assertThat(new Footprint(100L << 20, 45, 0, "a 1").leaked(before)).hasSize(1);
        assertThat(new Footprint(50L << 20, 60, 0, "a 1").leaked(before)).hasSize(1);
        assertThat(new Footprint(50L << 20, 40, 1, "a 1").leaked(before)).hasSize(1);
        assertThat(new Footprint(50L << 20, 40, 0, "a 1\n".repeat(40_000)).leaked(before))
                .hasSize(1);
    }

    /** What is found with a server that answers each request so: an empty text is no answer, null the end. */
    private static Set<String> kinds(UnaryOperator<String> answers) throws Exception {
        try (FakeServer server = new FakeServer(answers);
                Barrage barrage = barrage(server);
                Gun gun = barrage.gun()) {
            Shot shot = shots().valid(contract.routes().get(0), "cf_sk_some_key_of_a_client", 0);
            return new Oracle(contract)
                    .check(gun.fire(shot)).stream()
                            .map(each -> each.substring(0, each.indexOf(':')))
                            .collect(Collectors.toSet());
        }
    }

    private static Shots shots() {
        return new Shots(contract, World.imagined(), "127.0.0.1:1", 7);
    }

    private static Barrage barrage(FakeServer server) {
        return new Barrage(
                server.address(),
                shots(),
                new Oracle(contract),
                new Learner(World.imagined()),
                1,
                HANGS_AFTER,
                System.out);
    }

    private static String answer(int status, String body) {
        return "HTTP/1.1 " + status + " X\r\nContent-Type: application/" + (status < 400 ? "json" : "problem+json")
                + "\r\nContent-Length: " + body.length() + "\r\n\r\n" + body;
    }

    private static Answer parsed(int status, String body) {
        return new Answer(status, Map.of(), body.getBytes(StandardCharsets.UTF_8), false);
    }

    /** Answers whatever comes first on each connection. */
    private static final class FakeServer implements AutoCloseable {
        private final ServerSocket socket = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        private final UnaryOperator<String> answers;

        FakeServer(UnaryOperator<String> answers) throws IOException {
            this.answers = answers;
            Thread thread = new Thread(this::serve, "fake server");
            thread.setDaemon(true);
            thread.start();
        }

        InetSocketAddress address() {
            return new InetSocketAddress(socket.getInetAddress(), socket.getLocalPort());
        }

        private void serve() {
            while (!socket.isClosed()) {
                try {
                    answer(socket.accept());
                } catch (IOException e) {
                    // The next one.
                }
            }
        }

        private void answer(Socket client) throws IOException {
            byte[] buffer = new byte[100_000];
            InputStream in = client.getInputStream();
            int read;
            try {
                read = in.read(buffer);
            } catch (SocketException e) {
                read = -1;
            }
            String answer = read < 0 ? null : answers.apply(new String(buffer, 0, read, StandardCharsets.ISO_8859_1));
            if (answer == null) {
                client.close();
            } else {
                client.getOutputStream().write(answer.getBytes(StandardCharsets.ISO_8859_1));
                client.getOutputStream().flush();
            }
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }
}
