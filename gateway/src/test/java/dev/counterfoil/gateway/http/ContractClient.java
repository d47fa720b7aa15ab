package dev.counterfoil.gateway.http;

import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** The HTTP client of this module's tests: an exchange that {@code openapi.yaml} does not allow is an {@link AssertionError}. */
public final class ContractClient {
    private static final HttpResponse.BodyHandler<String> TEXT =
            HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8);

    private final HttpClient client = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(10))
            .build();

    /** Sends, and holds the exchange to the contract. */
    public CompletableFuture<HttpResponse<String>> sendAsync(HttpRequest request) {
        return client.sendAsync(request, TEXT).thenApply(ContractClient::held);
    }

    /** Sends, and holds the exchange to the contract. */
    public HttpResponse<String> send(HttpRequest request) throws IOException, InterruptedException {
        return held(client.send(request, TEXT));
    }

    /** For paths that only a test has: the contract knows nothing of them. */
    HttpResponse<String> sendUnheld(HttpRequest request) throws IOException, InterruptedException {
        return client.send(request, TEXT);
    }

    private static HttpResponse<String> held(HttpResponse<String> answer) {
        List<String> violations = Exchange.violations(answer);
        if (!violations.isEmpty()) {
            throw new AssertionError("not as openapi.yaml says: " + String.join("\n", violations));
        }
        return answer;
    }
}
