package dev.counterfoil.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.counterfoil.client.ApiClient;
import dev.counterfoil.client.ApiException;
import dev.counterfoil.client.ApiResponse;
import dev.counterfoil.client.api.CardsApi;
import dev.counterfoil.client.api.RedemptionsApi;
import dev.counterfoil.client.model.Card;
import dev.counterfoil.client.model.CardLookup;
import dev.counterfoil.client.model.CardState;
import dev.counterfoil.client.model.Durability;
import dev.counterfoil.client.model.PresentedCard;
import dev.counterfoil.client.model.PresentedPayment;
import dev.counterfoil.client.model.Problem;
import dev.counterfoil.client.model.Redemption;
import dev.counterfoil.client.model.RedemptionLine;
import dev.counterfoil.client.model.RedemptionRequest;
import dev.counterfoil.ledger.secrets.Pepper;
import dev.counterfoil.ledger.testing.Servers;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A client that was generated from the contract, and that knows nothing else of the gateway, sells. */
class GeneratedClientIT {
    @TempDir
    static Path folder;

    private static RunningGateway gateway;
    private static ApiClient client;
    private static RedemptionsApi redemptions;

    @BeforeAll
    static void start() {
        Servers.flushRedis();
        gateway = RunningGateway.in(
                folder.resolve("data"),
                Map.of(
                        "COUNTERFOIL_DEMO",
                        "true",
                        "COUNTERFOIL_REDIS_URI",
                        Servers.redisUri(),
                        "COUNTERFOIL_POSTGRES_URI",
                        Servers.freshDatabase(),
                        "COUNTERFOIL_PEPPER",
                        Pepper.generate(new SecureRandom()),
                        "COUNTERFOIL_CODE_KEYS",
                        "k1:" + Pepper.generate(new SecureRandom())));
        client = new ApiClient();
        client.updateBaseUri(gateway.url());
        client.setRequestInterceptor(
                request -> request.header("Authorization", "Bearer " + gateway.env("CF_SECRET_KEY")));
        redemptions = new RedemptionsApi(client);
    }

    @AfterAll
    static void stop() {
        gateway.close();
    }

    @Test
    void a_card_is_looked_up_redeemed_and_its_redemption_is_repeated_and_found() throws ApiException {
        String secret = gateway.env("CF_CARD_SECRET");
        CardsApi cards = new CardsApi(client);
        Card before = cards.lookUpCard("demo", new CardLookup().secret(secret), null);
        assertThat(before.getState()).isEqualTo(CardState.ACTIVE);
        assertThat(before.getExpiresAt()).isNull();

        RedemptionRequest request = new RedemptionRequest()
                .secret(secret)
                .item("crab-8")
                .account("u_123")
                .reference("A1");
        ApiResponse<Redemption> first =
                redemptions.redeemWithHttpInfo("order-A1", "demo", request, Durability.DURABLE, null);
        assertThat(first.getStatusCode()).isEqualTo(201);
        assertThat(first.getHeaders()).doesNotContainKey("idempotency-replayed");
        Redemption redemption = first.getData();
        assertThat(redemption.getStatus()).isEqualTo(Redemption.StatusEnum.POSTED);
        assertThat(redemption.getAmount().getValue()).isEqualTo(29_800);
        assertThat(cards.lookUpCard("demo", new CardLookup().secret(secret), null)
                        .getBalance())
                .isEqualTo(before.getBalance() - 29_800);

        ApiResponse<Redemption> again =
                redemptions.redeemWithHttpInfo("order-A1", "demo", request, Durability.DURABLE, null);
        assertThat(again.getData()).isEqualTo(redemption);
        assertThat(again.getHeaders().get("idempotency-replayed")).containsExactly("true");
        assertThat(redemptions.getRedemption("demo", redemption.getId()).getActualInstance())
                .isEqualTo(redemption);
        Object found = redemptions.findRedemptions("demo", "order-A1", null, null, null, null, null, null, null, null);
        assertThat(client.getObjectMapper().convertValue(found, Redemption.class))
                .isEqualTo(redemption);
    }

    @Test
    void a_refusal_is_a_typed_problem() throws Exception {
        RedemptionRequest tooMany = new RedemptionRequest()
                .pay(List.of(new PresentedPayment(
                        new PresentedCard().secret(gateway.cards("gift-1000", 1).get(0)))))
                .items(List.of(new RedemptionLine().item("crab-8").quantity(3)))
                .account("u_124");
        ApiException refused = catchThrowableOfType(
                ApiException.class, () -> redemptions.redeem("order-A2", "demo", tooMany, null, null));
        assertThat(refused.getCode()).isEqualTo(409);
        Problem problem = client.getObjectMapper().readValue(refused.getResponseBody(), Problem.class);
        assertThat(problem.getCode()).isEqualTo(Problem.CodeEnum.QUOTA_EXCEEDED);
        assertThat(problem.getRetryable()).isFalse();
        assertThat(problem.getQuota().getLimit()).isEqualTo(2);
    }
}
