package dev.counterfoil.gateway.api;

import dev.counterfoil.gateway.http.RequestFields;
import dev.counterfoil.gateway.http.Text;
import dev.counterfoil.ledger.Amounts;
import dev.counterfoil.ledger.rules.RedemptionRequest;
import dev.counterfoil.ledger.rules.RedemptionRequest.Line;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The body of a redemption, as sent. {@code secret} is short for one payment, {@code item} for one line. */
record RedemptionFields(
        PresentedCard card,
        List<Line> lines,
        @Nullable Long expectedTotal,
        @Nullable String account,
        @Nullable String reference,
        Map<String, String> metadata) {
    static final Text SKU = Text.matching(64, "[A-Za-z0-9._-]{1,64}", "letters, digits, dot, hyphen, underscore");
    static final Text ACCOUNT = Text.upTo(128);
    static final Text REFERENCE = Text.upTo(64);
    private static final Text METADATA_NAME = Text.matching(40, "[A-Za-z0-9_.-]{1,40}", "letters, digits, . _ -");
    private static final Text METADATA_VALUE = Text.upTo(200).orEmpty();
    private static final int MOST_METADATA = 20;

    static RedemptionFields read(RequestFields fields) {
        PresentedCard card = card(fields);
        List<Line> lines = lines(fields);
        OptionalLong expected = fields.optionalInteger("expected_total", 1, Amounts.MAX);
        return new RedemptionFields(
                card,
                lines,
                expected.isPresent() ? expected.getAsLong() : null,
                fields.optionalText("account", ACCOUNT).orElse(null),
                fields.optionalText("reference", REFERENCE).orElse(null),
                fields.textMap("metadata", MOST_METADATA, METADATA_NAME, METADATA_VALUE));
    }

    private static PresentedCard card(RequestFields fields) {
        if (!fields.has("pay")) {
            PresentedCard card = PresentedCard.read(fields);
            fields.mayHave("pay");
            return card;
        }
        for (String shorthand : List.of("secret", "number")) {
            if (fields.has(shorthand)) {
                fields.reject(shorthand, "not beside pay");
            }
            fields.mayHave(shorthand);
        }
        List<PresentedCard> payments = fields.objects("pay", 1, 1, PresentedCard::read);
        return payments.isEmpty() ? new PresentedCard(null, "") : payments.get(0);
    }

    private static List<Line> lines(RequestFields fields) {
        if (!fields.has("items")) {
            Line line = line(fields);
            fields.mayHave("items");
            return List.of(line);
        }
        for (String shorthand : List.of("item", "quantity")) {
            if (fields.has(shorthand)) {
                fields.reject(shorthand, "not beside items");
            }
            fields.mayHave(shorthand);
        }
        Set<String> met = new HashSet<>();
        return new ArrayList<>(fields.objects("items", 1, RedemptionRequest.MOST_LINES, each -> {
            Line line = line(each);
            if (!met.add(line.item())) {
                each.reject("item", "stands in an earlier line too (expected: one line an item, with its quantity)");
            }
            return line;
        }));
    }

    private static Line line(RequestFields fields) {
        return new Line(
                fields.text("item", SKU),
                fields.optionalInteger("quantity", 1, RedemptionRequest.MOST_QUANTITY)
                        .orElse(1));
    }

    /** The request for the ledger, its secret replaced by {@code payment}. */
    RedemptionRequest request(RedemptionRequest.Payment payment) {
        return new RedemptionRequest(payment, lines, expectedTotal, account, reference, metadata);
    }
}
