package dev.counterfoil.gateway.api;

import dev.counterfoil.gateway.http.RequestFields;
import dev.counterfoil.gateway.http.Text;
import dev.counterfoil.ledger.Amounts;
import dev.counterfoil.ledger.rules.RedemptionRequest;
import dev.counterfoil.ledger.rules.RedemptionRequest.AccountPayment;
import dev.counterfoil.ledger.rules.RedemptionRequest.Line;
import dev.counterfoil.ledger.rules.RedemptionRequest.Money;
import dev.counterfoil.ledger.rules.RedemptionRequest.Payer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The body of a redemption, as sent. {@code secret} is short for one payment, {@code item} for one line. */
record RedemptionFields(
        List<PresentedPayment> payments,
        List<Line> lines,
        @Nullable Money amount,
        boolean upTo,
        @Nullable Long expectedTotal,
        @Nullable String account,
        @Nullable String reference,
        Map<String, String> metadata,
        int holdSeconds,
        @Nullable EndClient client,
        @Nullable String accountToken) {
    private static final int HOLD_SECONDS = 900;

    static final Text SKU = Text.matching(64, "[A-Za-z0-9._-]{1,64}", "letters, digits, dot, hyphen, underscore");
    static final Text ACCOUNT = Text.upTo(128);
    static final Text REFERENCE = Text.upTo(64);
    private static final Text TOKEN = Text.upTo(4096);
    private static final Text METADATA_NAME = Text.matching(40, "[A-Za-z0-9_.-]{1,40}", "letters, digits, . _ -");
    private static final Text METADATA_VALUE = Text.upTo(200).orEmpty();
    private static final int MOST_METADATA = 20;

    static RedemptionFields read(RequestFields fields) {
        List<PresentedPayment> payments = payments(fields);
        Money amount = fields.optionalObject("amount", RedemptionFields::money).orElse(null);
        List<Line> lines = fields.has("amount") ? noLines(fields) : lines(fields);
        boolean upTo = fields.optionalFlag("up_to").orElse(false);
        OptionalLong expected = fields.optionalInteger("expected_total", 1, Amounts.MAX);
        String named = fields.optionalText("account", ACCOUNT).orElse(null);
        return new RedemptionFields(
                payments,
                lines,
                amount,
                upTo,
                expected.isPresent() ? expected.getAsLong() : null,
                holder(fields, named, payments),
                fields.optionalText("reference", REFERENCE).orElse(null),
                fields.textMap("metadata", MOST_METADATA, METADATA_NAME, METADATA_VALUE),
                fields.optionalObject("hold", RedemptionFields::holdSeconds).orElse(0),
                EndClient.read(fields).orElse(null),
                fields.optionalText("account_token", TOKEN).orElse(null));
    }

    private static int holdSeconds(RequestFields fields) {
        return (int) fields.optionalInteger("seconds", 1, RedemptionRequest.MOST_HOLD_SECONDS)
                .orElse(HOLD_SECONDS);
    }

    private static List<PresentedPayment> payments(RequestFields fields) {
        if (!fields.has("pay")) {
            PresentedCard card = PresentedCard.read(fields);
            fields.mayHave("pay");
            return List.of(new PresentedPayment(card, null));
        }
        notBeside(fields, "pay", "secret", "number");
        return fields.objects("pay", 1, RedemptionRequest.MOST_PAYERS, PresentedPayment::read);
    }

    /** Whoever pays from an account is the one whose limits count and whose transactions it stands among. */
    private static @Nullable String holder(
            RequestFields fields, @Nullable String named, List<PresentedPayment> payments) {
        String holder = named;
        for (PresentedPayment payment : payments) {
            AccountPayment paying = payment.account();
            if (paying != null && holder != null && !holder.equals(paying.account())) {
                fields.reject("account", "not the account that pays (expected: one account, or none beside its pay)");
                return holder;
            }
            holder = paying == null ? holder : paying.account();
        }
        return holder;
    }

    private static Money money(RequestFields fields) {
        return new Money(fields.amount("value"), fields.text("asset", PutItem.ASSET));
    }

    /** An amount stands for an order whose items are the shop's own affair. */
    private static List<Line> noLines(RequestFields fields) {
        notBeside(fields, "amount", "item", "quantity", "items");
        return List.of();
    }

    private static void notBeside(RequestFields fields, String one, String... others) {
        for (String other : others) {
            if (fields.has(other)) {
                fields.reject(other, "not beside " + one);
            }
            fields.mayHave(other);
        }
    }

    private static List<Line> lines(RequestFields fields) {
        if (!fields.has("items")) {
            Line line = line(fields);
            fields.mayHave("items");
            return List.of(line);
        }
        notBeside(fields, "items", "item", "quantity");
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

    /** The same for the account that its token is for. */
    RedemptionFields heldBy(String holder) {
        return new RedemptionFields(
                payments,
                lines,
                amount,
                upTo,
                expectedTotal,
                holder,
                reference,
                metadata,
                holdSeconds,
                client,
                accountToken);
    }

    /** The request for the ledger, each secret replaced by the card it stands for. */
    RedemptionRequest request(List<Payer> payers) {
        return new RedemptionRequest(
                payers, lines, amount, upTo, expectedTotal, account, reference, metadata, holdSeconds);
    }

    @Override
    public String toString() {
        return "RedemptionFields[masked]";
    }
}
