package dev.counterfoil.gateway.api;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.counterfoil.gateway.http.Answer;
import dev.counterfoil.gateway.http.JsonBody;
import dev.counterfoil.ledger.Became;
import dev.counterfoil.ledger.Cell;
import dev.counterfoil.ledger.JournaledTransaction;
import dev.counterfoil.ledger.secrets.CodeCipher;
import dev.counterfoil.ledger.secrets.DigitalCode;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.security.SecureRandom;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** An answer is repeated byte for byte, today and by a later version: so the texts stand here. */
class RedemptionJsonTest {
    private static final Cell CELL = Cell.of("demo");
    private static final JsonArray CARD_LEG = new JsonArray().add("card").add(-1);
    private static final JsonArray CARD = new JsonArray(
            List.of("id-of-the-ledger", "k3v9Qx2mB7pLr8Zt", "8000000000012345", "gift:CNY", 29800, 70200, "a"));
    private static final String PAID_BY_CARD =
            "{\"card\":{\"id\":\"card_k3v9Qx2mB7pLr8Zt\",\"number\":\"8000000000012345\","
                    + "\"last4\":\"2345\",\"balance\":70200,\"asset\":\"CNY\"},\"amount\":{\"value\":29800,\"asset\":\"CNY\"}}";

    private final CodeCipher cipher =
            CodeCipher.of(List.of(CodeCipher.generate("k1", new SecureRandom())), new SecureRandom());
    private final RedemptionJson json = new RedemptionJson(cipher);

    private static JournaledTransaction transaction(
            long sequence, String type, JsonObject request, List<JsonArray> legs, List<JsonArray> results) {
        JsonObject data = new JsonObject()
                .put("type", type)
                .put("client", "cl_1")
                .put("durability", "durable")
                .put("request", request)
                .put("legs", new JsonArray(legs));
        JsonObject result = new JsonObject().put("at", 1_764_288_000_007L).put("legs", new JsonArray(results));
        return new JournaledTransaction(CELL, sequence, data, result);
    }

    private static JsonObject line(String item, long quantity, String asset, long price) {
        return new JsonObject()
                .put("item", item)
                .put("quantity", quantity)
                .put("prices", new JsonObject().put(asset, price));
    }

    private static String text(JsonBody body) {
        return Answer.ok(body).body().toString();
    }

    private static JournaledTransaction single(long sequence) {
        JsonObject request = new JsonObject()
                .put("lines", new JsonArray().add(line("crab", 2, "CNY", 14900)))
                .put("account", "u-1")
                .put("reference", "order \"7\"")
                .put("metadata", new JsonObject().put("channel", "蟹🦀"));
        JsonArray stock = new JsonArray().add("stock").add("crab").add(-2);
        return transaction(
                sequence, "redemption", request, List.of(stock, CARD_LEG), List.of(new JsonArray().add(8), CARD));
    }

    @Test
    void oneLineByOneCardIsToldAtTheTopToo() {
        JournaledTransaction posted = single(5);
        assertEquals(
                "{\"id\":\"" + posted.id() + "\",\"type\":\"redemption\",\"status\":\"posted\",\"program\":\"demo\","
                        + "\"item\":\"crab\",\"quantity\":2,\"account\":\"u-1\",\"reference\":\"order \\\"7\\\"\","
                        + "\"metadata\":{\"channel\":\"蟹\\uD83E\\uDD80\"},\"amount\":{\"value\":29800,\"asset\":\"CNY\"},"
                        + "\"lines\":[{\"item\":\"crab\",\"quantity\":2,\"amount\":{\"value\":29800,\"asset\":\"CNY\"},\"codes\":[]}],"
                        + "\"payments\":[" + PAID_BY_CARD + "],"
                        + PAID_BY_CARD.substring(1, PAID_BY_CARD.indexOf("},") + 1)
                        + ",\"codes\":[],\"durability\":\"durable\",\"created_at\":\"2025-11-28T00:00:00.007Z\"}",
                text(json.first(posted, true)));
    }

    @Test
    void aPreviewHasNeitherIdNorDurability() {
        String preview = text(json.first(single(0), false));
        assertEquals("{\"type\":\"redemption\",\"status\":\"preview\",", preview.substring(0, 40));
        assertEquals(-1, preview.indexOf("durability"));
    }

    @Test
    void severalLinesAndPayersInSeveralAssetsAreLists() {
        JsonObject request = new JsonObject()
                .put(
                        "lines",
                        new JsonArray()
                                .add(line("crab", 1, "CNY", 29800).put("asset", "CNY"))
                                .add(line("tea", 1, "points", 50).put("asset", "points")));
        JsonArray account = new JsonArray(List.of("account", "u-1", "points", -1, "", ""));
        JournaledTransaction posted = transaction(
                6,
                "redemption",
                request,
                List.of(CARD_LEG, account),
                List.of(CARD, new JsonArray().add(50).add(450)));
        assertEquals(
                "{\"id\":\"" + posted.id() + "\",\"type\":\"redemption\",\"status\":\"posted\",\"program\":\"demo\","
                        + "\"amounts\":[{\"value\":29800,\"asset\":\"CNY\"},{\"value\":50,\"asset\":\"points\"}],"
                        + "\"lines\":[{\"item\":\"crab\",\"quantity\":1,\"amount\":{\"value\":29800,\"asset\":\"CNY\"},\"codes\":[]},"
                        + "{\"item\":\"tea\",\"quantity\":1,\"amount\":{\"value\":50,\"asset\":\"points\"},\"codes\":[]}],"
                        + "\"payments\":[" + PAID_BY_CARD
                        + ",{\"account\":{\"id\":\"u-1\",\"balance\":450,\"asset\":\"points\"},"
                        + "\"amount\":{\"value\":50,\"asset\":\"points\"}}],"
                        + "\"durability\":\"durable\",\"created_at\":\"2025-11-28T00:00:00.007Z\"}",
                text(json.first(posted, true)));
    }

    @Test
    void whatWasCapturedAndGivenBackIsToldAtItsPlace() {
        Became became =
                new Became("posted", Map.of("i:crab", 1L, "a:CNY", 14900L), Map.of("i:crab", 2L, "a:CNY", 29800L));
        String text = text(json.of(single(5), became, true));
        assertEquals(
                "\"item\":\"crab\",\"quantity\":2,\"captured_quantity\":1,\"reversed_quantity\":1,\"account\":\"u-1\"",
                text.substring(text.indexOf("\"item\""), text.indexOf(",\"reference\"")));
        assertEquals(
                "\"captured_amount\":{\"value\":14900,\"asset\":\"CNY\"},\"reversed_amount\":{\"value\":14900,\"asset\":\"CNY\"}",
                text.substring(text.indexOf("\"captured_amount\""), text.indexOf(",\"lines\"")));
    }

    private String codes(String code, boolean revealed) {
        String sealed = cipher.seal("demo", "video", "c1", new DigitalCode(code, "1🦀", "2027-01-01T00:00:00Z"));
        JsonObject request = new JsonObject().put("lines", new JsonArray().add(line("video", 1, "CNY", 29800)));
        JsonArray leg = new JsonArray().add("codes").add("video").add(-1);
        JournaledTransaction posted = transaction(
                8, "redemption", request, List.of(leg, CARD_LEG), List.of(new JsonArray().add("c1:" + sealed), CARD));
        String text = text(json.first(posted, revealed));
        int codes = text.lastIndexOf("\"codes\":");
        return text.substring(codes, text.indexOf(']', codes) + 1);
    }

    @Test
    void codesAreShownWithWhatBelongsToThemOrMasked() {
        assertEquals(
                "\"codes\":[{\"code\":\"GIFT-\\uD83E\\uDD80-123\",\"pin\":\"1\\uD83E\\uDD80\","
                        + "\"expires_at\":\"2027-01-01T00:00:00Z\"}]",
                codes("GIFT-🦀-123", true));
        assertEquals("\"codes\":[{\"code\":\"****-123\"}]", codes("GIFT-2026-🦀-123", false));
        assertEquals("\"codes\":[{\"code\":\"****\"}]", codes("short", false));
    }

    /** As odd as it is: half of a character is printed as it always was, and is no error. */
    @Test
    void aMaskThatCutsACharacterInTwoIsShown() {
        assertEquals("\"codes\":[{\"code\":\"****\\uDD80123\"}]", codes("GIFT-2026-A🦀123", false));
    }

    @Test
    void aReversalTellsWhatReturnedAndToWhom() {
        JsonObject request = new JsonObject().put("of", "tx_0_5").put("reason", "broken");
        JsonArray follow = new JsonArray(List.of("follow", 5, "", "", 0, "a:CNY", 14900, 29800, "i:crab", 1, 2));
        JournaledTransaction posted = transaction(
                7,
                "reversal",
                request,
                List.of(follow, CARD_LEG),
                List.of(new JsonArray().add(14900).add(1), CARD));
        assertEquals(
                "{\"id\":\"" + posted.id() + "\",\"type\":\"reversal\",\"status\":\"posted\",\"program\":\"demo\","
                        + "\"of\":\"tx_0_5\",\"reason\":\"broken\",\"amount\":{\"value\":14900,\"asset\":\"CNY\"},"
                        + "\"lines\":[{\"item\":\"crab\",\"quantity\":1}],\"payments\":[" + PAID_BY_CARD + "],"
                        + "\"durability\":\"durable\",\"created_at\":\"2025-11-28T00:00:00.007Z\"}",
                text(ReversalJson.of(posted)));
    }
}
