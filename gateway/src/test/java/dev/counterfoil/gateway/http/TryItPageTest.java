package dev.counterfoil.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TryItPageTest {
    private static final Pattern LINK = Pattern.compile("(?:src|href)=\"([^\"]*)\"");

    private static LimitedEdge edge;
    private static ContractClient client;

    @BeforeAll
    static void start() {
        edge = new LimitedEdge();
        client = new ContractClient();
    }

    @AfterAll
    static void stop() {
        edge.close();
    }

    private static HttpResponse<String> get(String path) throws Exception {
        return client.send(HttpRequest.newBuilder(edge.uri(path)).build());
    }

    @Test
    void the_page_loads_only_what_this_gateway_serves() throws Exception {
        HttpResponse<String> page = get("/docs");
        assertThat(page.statusCode()).isEqualTo(200);
        assertThat(page.body()).doesNotContain("http:", "https:", "//cdn", "<style", "style=", "onload");
        assertThat(page.body().replaceAll("<script src=\"[^\"]*\" defer></script>", ""))
                .doesNotContain("<script");
        List<String> loaded = new ArrayList<>();
        Matcher links = LINK.matcher(page.body());
        while (links.find()) {
            if (!links.group(1).startsWith("data:")) {
                assertThat(links.group(1)).startsWith("/");
                HttpResponse<String> file = get(links.group(1));
                assertThat(file.statusCode()).as(links.group(1)).isEqualTo(200);
                loaded.add(file.headers().firstValue("Content-Type").orElse(""));
            }
        }
        assertThat(loaded)
                .containsExactly(
                        "text/css; charset=utf-8",
                        "text/javascript; charset=utf-8",
                        "text/javascript; charset=utf-8",
                        "application/yaml");
    }

    @Test
    void nothing_may_be_loaded_or_called_elsewhere_and_scripts_stand_in_files() throws Exception {
        String policy =
                get("/docs").headers().firstValue("Content-Security-Policy").orElse("");
        assertThat(policy)
                .contains("default-src 'none'", "script-src 'self'", "connect-src 'self'", "frame-ancestors 'none'")
                .doesNotContain("unsafe", "http", "*");
    }

    @Test
    void files_are_named_with_their_digest_and_kept_and_the_page_is_asked_for_again() throws Exception {
        HttpResponse<String> page = get("/docs");
        assertThat(page.headers().firstValue("Cache-Control")).contains("no-cache");
        assertThat(page.body()).containsPattern("/docs/start\\.js\\?v=[0-9a-f]{16}\"");
        assertThat(get("/docs/start.js").headers().firstValue("Cache-Control"))
                .contains("public, max-age=31536000, immutable");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/docs/index.html",
                "/docs/swagger-ui.js",
                "/docs/..%2f..%2fopenapi.yaml",
                "/docs/%2e%2e/docs/index.html",
                "/docs/..",
                "/docs/../docs/..%5c",
                "/docs/dev/counterfoil/gateway/build.properties",
            })
    void no_other_file_is_served(String path) throws Exception {
        String answer =
                RawHttp.exchange(edge.port(), "GET " + path + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        assertThat(answer).matches("(?s)HTTP/1.1 (404|400) .*").doesNotContain("openapi: 3");
    }

    @Test
    void it_is_read_only() throws Exception {
        for (String path : List.of("/docs", "/docs/start.js")) {
            HttpRequest post = HttpRequest.newBuilder(edge.uri(path))
                    .POST(HttpRequest.BodyPublishers.noBody())
                    .build();
            assertThat(client.send(post).statusCode()).isEqualTo(405);
            HttpResponse<String> head = client.send(HttpRequest.newBuilder(edge.uri(path))
                    .method("HEAD", HttpRequest.BodyPublishers.noBody())
                    .build());
            assertThat(head.statusCode()).isEqualTo(200);
            assertThat(head.body()).isEmpty();
        }
    }
}
