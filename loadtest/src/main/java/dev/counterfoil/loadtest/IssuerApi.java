package dev.counterfoil.loadtest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.errorprone.annotations.CanIgnoreReturnValue;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What an issuer does before a sale: items, stock and cards. Every call throws where the answer is not a success. */
public final class IssuerApi {
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);
    private static final Duration ANSWER_TIMEOUT = Duration.ofMinutes(5);
    private static final int MOST_CARDS_A_BATCH = 100_000;
    private static final ObjectMapper JSON = new ObjectMapper();

    private final HttpClient client =
            HttpClient.newBuilder().connectTimeout(CONNECT_TIMEOUT).build();
    private final Target target;
    private final String run;
    private final AtomicInteger stockings = new AtomicInteger();

    /** @param run begins every idempotency key, so that no two runs share one */
    public IssuerApi(Target target, String run) {
        this.target = target;
        this.run = run;
    }

    public void putItem(String sku, String definition) {
        send("items/" + sku, "item-" + sku, "PUT", definition).close();
    }

    public void putCardType(String id, String definition) {
        send("card-types/" + id, "type-" + id, "PUT", definition).close();
    }

    /** Adds units, or takes them away; returns how many there are then. */
    @CanIgnoreReturnValue
    public long stock(String sku, long delta) {
        String key = "stock-" + sku + "-" + stockings.incrementAndGet();
        try (Stream<String> lines = send("items/" + sku + "/stock", key, "POST", "{\"delta\":" + delta + "}")) {
            return JSON.readTree(lines.collect(Collectors.joining()))
                    .path("units")
                    .asLong();
        } catch (IOException e) {
            throw new IllegalStateException("the answer is not JSON", e);
        }
    }

    /** A card as its batch delivers it. */
    public record MadeCard(String number, String secret) {}

    /** The secrets of {@code count} new cards. */
    public List<String> makeCards(String cardType, int count) {
        return makeNumbered(cardType, count).stream().map(MadeCard::secret).toList();
    }

    /** The numbers and secrets of {@code count} new cards. */
    public List<MadeCard> makeNumbered(String cardType, int count) {
        List<MadeCard> cards = new ArrayList<>(count);
        for (int made = 0; made < count; made += MOST_CARDS_A_BATCH) {
            cards.addAll(batch(cardType, Math.min(MOST_CARDS_A_BATCH, count - made), made));
        }
        return cards;
    }

    private List<MadeCard> batch(String cardType, int count, int from) {
        List<MadeCard> cards = new ArrayList<>(count);
        batch(cardType, count, from, cards::add);
        return cards;
    }

    /** Makes cards in one batch and keeps none of them. */
    public void makeBatch(String cardType, int count) {
        batch(cardType, count, 0, card -> {});
    }

    private void batch(String cardType, int count, int from, Consumer<MadeCard> taken) {
        String body = "{\"card_type\":\"" + cardType + "\",\"count\":" + count + "}";
        int cards = 0;
        try (Stream<String> lines = send("batches", "batch-" + cardType + "-" + count + "-" + from, "POST", body)) {
            for (Iterator<String> line = lines.iterator(); line.hasNext(); ) {
                JsonNode card = JSON.readTree(line.next());
                if (card.path("end").asBoolean()) {
                    if (card.path("count").asInt() != cards || cards != count) {
                        throw new IllegalStateException(cards + " cards came, the batch says " + card);
                    }
                    return;
                }
                cards++;
                taken.accept(new MadeCard(
                        card.path("number").asText(), card.path("secret").asText()));
            }
        } catch (IOException e) {
            throw new IllegalStateException("the batch is not NDJSON", e);
        }
        throw new IllegalStateException("the batch was cut after " + cards + " cards");
    }

    private Stream<String> send(String path, String key, String method, String body) {
        HttpRequest request = HttpRequest.newBuilder(
                        URI.create(target.url() + "/v1/programs/" + target.program() + "/" + path))
                .timeout(ANSWER_TIMEOUT)
                .header("Authorization", "Bearer " + target.issuerKey())
                .header("Content-Type", "application/json")
                .header("Idempotency-Key", run + "-" + key)
                .method(method, BodyPublishers.ofString(body))
                .build();
        try {
            HttpResponse<Stream<String>> response = client.send(request, BodyHandlers.ofLines());
            if (response.statusCode() / 100 != 2) {
                throw new IllegalStateException(method + " " + path + " answered " + response.statusCode() + " "
                        + String.join(" ", response.body().toList()));
            }
            return response.body();
        } catch (IOException e) {
            throw new IllegalStateException(target.url() + " cannot be reached: " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }
}
