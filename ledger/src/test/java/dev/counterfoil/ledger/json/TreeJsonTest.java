package dev.counterfoil.ledger.json;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.Json;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.core.json.jackson.DatabindCodec;
import org.junit.jupiter.api.Test;

class TreeJsonTest {
    @Test
    void vertx_uses_it_and_not_the_one_that_maps_classes() {
        assertThat(Json.CODEC).isSameAs(new TreeJson().codec()).isNotInstanceOf(DatabindCodec.class);
    }

    /** What is journaled by a gateway before an upgrade is answered again after it, byte for byte. */
    @Test
    void writes_the_same_bytes_as_the_one_that_maps_classes() {
        JsonObject tree = new JsonObject()
                .put("text", "提货卡 \u0001 \"quoted\" \\ / \u2028 \uD83E\uDD80 <b>")
                .put(
                        "numbers",
                        new JsonArray()
                                .add(0)
                                .add(-1)
                                .add(9_007_199_254_740_991L)
                                .add(0.5))
                .put("truth", new JsonArray().add(true).add(false).addNull())
                .put("nested", new JsonObject().put("empty", new JsonObject()).put("list", new JsonArray()));
        assertThat(tree.toBuffer()).isEqualTo(new DatabindCodec().toBuffer(tree, false));
        assertThat(new JsonObject(tree.encode())).isEqualTo(tree);
    }
}
