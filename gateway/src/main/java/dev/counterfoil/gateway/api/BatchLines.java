package dev.counterfoil.gateway.api;

import dev.counterfoil.gateway.http.Timestamps;
import dev.counterfoil.ledger.Durability;
import dev.counterfoil.ledger.issuing.MadeCard;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonObject;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** How the cards of a batch are written: NDJSON, or CSV where the caller accepts {@code text/csv}. */
enum BatchLines {
    NDJSON("application/x-ndjson", "") {
        @Override
        String card(MadeCard card) {
            return new JsonObject()
                            .put("number", card.number())
                            .put("secret", card.secret())
                            .put("expires_at", expiry(card))
                            .encode()
                    + "\n";
        }

        @Override
        String end(String batch, int count, String sha256, Durability reached) {
            return new JsonObject()
                            .put("end", true)
                            .put("batch", batch)
                            .put("count", count)
                            .put("sha256", sha256)
                            .put("durability", reached.label())
                            .encode()
                    + "\n";
        }
    },
    CSV("text/csv; charset=utf-8", "number,secret,expires_at\r\n") {
        @Override
        String card(MadeCard card) {
            String expiresAt = expiry(card);
            return card.number() + "," + card.secret() + "," + (expiresAt == null ? "" : expiresAt) + "\r\n";
        }

        @Override
        String end(String batch, int count, String sha256, Durability reached) {
            return "#end," + batch + "," + count + "," + sha256 + "," + reached.label() + "\r\n";
        }
    };

    private final String contentType;
    private final String head;

    BatchLines(String contentType, String head) {
        this.contentType = contentType;
        this.head = head;
    }

    static BatchLines wantedBy(HttpServerRequest request) {
        String accept = request.headers().get(HttpHeaders.ACCEPT);
        return accept != null && accept.toLowerCase(Locale.ROOT).contains("text/csv") ? CSV : NDJSON;
    }

    String contentType() {
        return contentType;
    }

    /** What stands before the first card; part of the digest. */
    String head() {
        return head;
    }

    abstract String card(MadeCard card);

    /** The last line: without it the stream was cut. The digest covers every byte before it. */
    abstract String end(String batch, int count, String sha256, Durability reached);

    private static @Nullable String expiry(MadeCard card) {
        return card.expiresAt() == null ? null : Timestamps.text(card.expiresAt());
    }
}
