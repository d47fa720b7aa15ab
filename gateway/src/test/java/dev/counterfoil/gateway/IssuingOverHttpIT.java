package dev.counterfoil.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.counterfoil.gateway.RunningGateway.Answer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What an issuer does, over HTTP, on real servers. */
class IssuingOverHttpIT {
    private static final String BATCHES = "/v1/programs/demo/batches";

    @TempDir
    static Path folder;

    private static RunningGateway gateway;

    @BeforeAll
    static void start() {
        gateway = RunningGateway.in(folder.resolve("data"));
    }

    @AfterAll
    static void stop() {
        gateway.close();
    }

    @Test
    void a_batch_is_a_line_a_card_ends_with_a_digest_of_all_and_is_delivered_once() throws Exception {
        JsonObject wanted = new JsonObject().put("card_type", "gift-1000").put("count", 1_001);
        Answer batch = gateway.post(BATCHES, "CF_ISSUER_KEY", "batch-1", wanted);
        assertThat(batch.status()).isEqualTo(201);
        List<String> lines = batch.text().lines().toList();
        assertThat(lines).hasSize(1_002);
        JsonObject end = new JsonObject(lines.get(1_001));
        assertThat(end.getBoolean("end")).isTrue();
        assertThat(end.getInteger("count")).isEqualTo(1_001);
        String cards = batch.text().substring(0, batch.text().indexOf("{\"end\""));
        assertThat(end.getString("sha256"))
                .isEqualTo(HexFormat.of()
                        .formatHex(
                                MessageDigest.getInstance("SHA-256").digest(cards.getBytes(StandardCharsets.UTF_8))));
        Answer again = gateway.post(BATCHES, "CF_ISSUER_KEY", "batch-1", wanted);
        assertThat(again.status()).isEqualTo(409);
        assertThat(again.code()).isEqualTo("batch_already_delivered");
        Answer other =
                gateway.post(BATCHES, "CF_ISSUER_KEY", "batch-1", wanted.copy().put("count", 2));
        assertThat(other.code()).isEqualTo("idempotency_key_reused");
    }

    @Test
    void a_batch_whose_stream_was_cut_is_voided_and_made_again() throws Exception {
        String batch;
        String secret;
        try (Socket socket = new Socket("127.0.0.1", gateway.serve().port())) {
            String body = "{\"card_type\":\"gift-1000\",\"count\":100000}";
            socket.getOutputStream()
                    .write(("POST " + BATCHES + " HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer "
                                    + gateway.env("CF_ISSUER_KEY")
                                    + "\r\nContent-Type: application/json\r\nIdempotency-Key: cut-1\r\n"
                                    + "Content-Length: " + body.length() + "\r\n\r\n" + body)
                            .getBytes(StandardCharsets.US_ASCII));
            BufferedReader in =
                    new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII));
            batch = "";
            String line = in.readLine();
            while (!line.isEmpty()) {
                if (line.toLowerCase(java.util.Locale.ROOT).startsWith("counterfoil-batch: ")) {
                    batch = line.substring("counterfoil-batch: ".length());
                }
                line = in.readLine();
            }
            String sizeOfTheFirstChunk = in.readLine();
            assertThat(Integer.parseInt(sizeOfTheFirstChunk, 16)).isPositive();
            secret = new JsonObject(in.readLine()).getString("secret");
        }
        Answer voided = gateway.post(BATCHES + "/" + batch + "/void", "CF_ISSUER_KEY");
        assertThat(voided.status()).as(voided.text()).isEqualTo(200);
        assertThat(voided.json().getInteger("voided")).isPositive().isLessThan(100_000);
        assertThat(voided.json().getInteger("left")).isZero();
        Answer redeemed = gateway.redeem(
                RunningGateway.key(), new JsonObject().put("secret", secret).put("item", "video-month"));
        assertThat(redeemed.code()).isEqualTo("card_void");
        assertThat(gateway.cards("gift-1000", 300)).hasSize(300);
    }

    @Test
    void inactive_cards_are_refused_until_their_batch_is_activated() {
        Answer made = gateway.post(
                BATCHES,
                "CF_ISSUER_KEY",
                RunningGateway.key(),
                new JsonObject().put("card_type", "gift-1000").put("count", 2).put("state", "inactive"));
        List<JsonObject> lines = made.text().lines().map(JsonObject::new).toList();
        JsonObject body =
                new JsonObject().put("secret", lines.get(0).getString("secret")).put("item", "video-month");
        assertThat(gateway.redeem(RunningGateway.key(), body).code()).isEqualTo("card_inactive");
        Answer activated = gateway.post(BATCHES + "/" + lines.get(2).getString("batch") + "/activate", "CF_ISSUER_KEY");
        assertThat(activated.json().getInteger("activated")).isEqualTo(2);
        assertThat(gateway.redeem(RunningGateway.key(), body).status()).isEqualTo(201);
    }

    @Test
    void stock_is_added_once_a_key_may_fall_to_zero_and_no_further() {
        gateway.item("apple", 100, 10, new JsonObject());
        String path = "/v1/programs/demo/items/apple/stock";
        JsonObject less = new JsonObject().put("delta", -4);
        Answer first = gateway.post(path, "CF_ISSUER_KEY", "less-1", less);
        assertThat(first.json().getLong("units")).isEqualTo(6);
        Answer again = gateway.post(path, "CF_ISSUER_KEY", "less-1", less);
        assertThat(again.replayed()).isTrue();
        assertThat(again.text()).isEqualTo(first.text());
        assertThat(gateway.post(path, "CF_ISSUER_KEY", "less-2", new JsonObject().put("delta", -7))
                        .code())
                .isEqualTo("insufficient_stock");
        assertThat(gateway.post(path, "CF_ISSUER_KEY", "less-3", new JsonObject().put("delta", -6))
                        .json()
                        .getLong("units"))
                .isZero();
        assertThat(gateway.post(path, "CF_ISSUER_KEY", "zero", new JsonObject().put("delta", 0))
                        .status())
                .isEqualTo(400);
    }

    @Test
    void codes_are_loaded_a_line_each_and_duplicates_are_named() {
        String path = "/v1/programs/demo/items/video-month/codes";
        String lines = "{\"code\":\"AAA-1\"}\n{\"code\":\"AAA-2\",\"pin\":\"77\"}\n{\"code\":\"AAA-1\"}\n";
        Answer loaded = codes(path, "load-1", lines);
        assertThat(loaded.status()).as(loaded.text()).isEqualTo(201);
        assertThat(loaded.json().encode())
                .isEqualTo(
                        "{\"item\":\"video-month\",\"loaded\":2,\"duplicates\":[{\"line\":3}],\"pending\":[],\"durability\":\"durable\"}");
        assertThat(codes(path, "load-1", lines).replayed()).isTrue();
        Answer wrong = codes(path, "load-2", "{\"code\":\"BBB-1\"}\n{\"kode\":\"BBB-2\"}\nnot json\n");
        assertThat(wrong.status()).isEqualTo(400);
        assertThat(wrong.json().getJsonArray("errors").encode()).contains("/1/kode", "/2");
        assertThat(codes(path, "load-3", "{\"code\":\"BBB-1\"}").json().getInteger("loaded"))
                .isEqualTo(1);
        assertThat(codes("/v1/programs/demo/items/crab-8/codes", "load-4", "{\"code\":\"C\"}")
                        .status())
                .isEqualTo(400);
    }

    private static Answer codes(String path, String key, String lines) {
        return gateway.sendAsync(
                        "POST",
                        path,
                        "CF_ISSUER_KEY",
                        lines,
                        request -> request.setHeader("Content-Type", "application/x-ndjson")
                                .header("Idempotency-Key", key))
                .join();
    }

    @Test
    void a_change_of_price_counts_from_its_answer_on() {
        gateway.item("melon", 100, 100, new JsonObject());
        List<String> cards = gateway.cards("gift-1000", 2);
        JsonObject body = new JsonObject()
                .put("secret", cards.get(0))
                .put("item", "melon")
                .put("expected_total", 100);
        assertThat(gateway.redeem(RunningGateway.key(), body).status()).isEqualTo(201);
        gateway.item("melon", 150, 1, new JsonObject());
        assertThat(gateway.redeem("melon-1", body).code()).isEqualTo("price_changed");
        assertThat(gateway.redeem("melon-1", body).replayed()).isFalse();
        assertThat(gateway.redeem(RunningGateway.key(), body.copy().put("expected_total", 150))
                        .status())
                .isEqualTo(201);
    }

    @Test
    void a_sale_opens_and_closes_by_redis_clock() {
        JsonObject item = new JsonObject()
                .put("name", "Flash")
                .put("kind", "service")
                .put(
                        "prices",
                        new JsonArray().add(new JsonObject().put("asset", "CNY").put("amount", 1)));
        List<String> cards = gateway.cards("gift-1000", 1);
        JsonObject body = new JsonObject().put("secret", cards.get(0)).put("item", "flash");
        put(item.copy().put("sale", new JsonObject().put("opens_at", "2999-01-01T00:00:00Z")));
        assertThat(gateway.redeem("flash-1", body).code()).isEqualTo("sale_not_open");
        put(item.copy().put("sale", new JsonObject().put("closes_at", "2020-01-01T00:00:00Z")));
        assertThat(gateway.redeem("flash-2", body).code()).isEqualTo("sale_closed");
        put(item);
        assertThat(gateway.redeem("flash-1", body).status()).isEqualTo(201);
    }

    private static void put(JsonObject item) {
        Answer answer = gateway.send("PUT", "/v1/programs/demo/items/flash", "CF_ISSUER_KEY", item);
        assertThat(answer.status()).as(answer.text()).isIn(200, 201);
    }

    @Test
    void programs_are_made_read_changed_and_seen_by_their_issuer_only() {
        JsonObject program = new JsonObject()
                .put("id", "spring")
                .put("name", "Spring")
                .put("zone", "Asia/Tokyo")
                .put("mode", "test")
                .put("assets", new JsonArray().add("JPY"));
        Answer made = gateway.send("POST", "/v1/programs", "CF_ADMIN_KEY", program);
        assertThat(made.status()).as(made.text()).isEqualTo(201);
        Answer read = gateway.get("/v1/programs/spring", "CF_ADMIN_KEY");
        assertThat(read.json().getString("zone")).isEqualTo("Asia/Tokyo");
        Answer patched = gateway.send(
                "PATCH",
                "/v1/programs/spring",
                "CF_ADMIN_KEY",
                new JsonObject().put("limits", new JsonObject().put("per_account_daily", 5)));
        assertThat(patched.status()).as(patched.text()).isEqualTo(200);
        assertThat(patched.json().getJsonObject("limits").getInteger("per_account_daily"))
                .isEqualTo(5);
        assertThat(gateway.send("POST", "/v1/programs", "CF_SECRET_KEY", program)
                        .status())
                .isEqualTo(403);
        assertThat(gateway.get("/v1/programs/nowhere", "CF_ADMIN_KEY").code()).isEqualTo("not_found");
        assertThat(gateway.get("/v1/programs", "CF_ADMIN_KEY")
                        .json()
                        .getJsonArray("data")
                        .size())
                .isEqualTo(2);
    }

    @Test
    void no_secret_is_anywhere_but_in_the_answer_that_made_it() throws IOException {
        List<String> secrets = new ArrayList<>(gateway.cards("gift-1000", 10));
        String code = "SESAME-OPEN-4711";
        assertThat(codes("/v1/programs/demo/items/video-month/codes", "grep", "{\"code\":\"" + code + "\"}")
                        .status())
                .isEqualTo(201);
        for (String secret : secrets) {
            assertThat(gateway.redeem(
                                    RunningGateway.key(),
                                    new JsonObject().put("secret", secret).put("item", "video-month"))
                            .status())
                    .isEqualTo(201);
        }
        secrets.addAll(secrets.stream().map(secret -> secret.replace("-", "")).toList());
        secrets.add(code);
        org.awaitility.Awaitility.await()
                .pollDelay(java.time.Duration.ofSeconds(2))
                .until(() -> true);
        List<Path> files;
        try (Stream<Path> walk = Files.walk(gateway.data())) {
            files = walk.filter(Files::isRegularFile)
                    .filter(file -> !file.endsWith(DemoProgram.FILE))
                    .filter(file -> !file.startsWith(gateway.data().resolve("postgres-bin")))
                    .toList();
        }
        for (Path file : files) {
            String content = new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
            for (String secret : secrets) {
                assertThat(content.contains(secret)).as(file.toString()).isFalse();
            }
        }
    }
}
