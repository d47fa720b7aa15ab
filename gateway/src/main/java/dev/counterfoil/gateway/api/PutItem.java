package dev.counterfoil.gateway.api;

import dev.counterfoil.gateway.http.Answer;
import dev.counterfoil.gateway.http.Call;
import dev.counterfoil.gateway.http.Endpoint;
import dev.counterfoil.gateway.http.RequestFields;
import dev.counterfoil.gateway.http.Text;
import dev.counterfoil.ledger.catalog.CatalogJson;
import dev.counterfoil.ledger.catalog.Item;
import dev.counterfoil.ledger.catalog.ItemKind;
import dev.counterfoil.ledger.catalog.ProgramDraft;
import dev.counterfoil.ledger.catalog.Sale;
import io.vertx.core.Future;
import java.util.HashMap;
import java.util.Map;

/** {@code PUT /v1/programs/{program}/items/{sku}}: replaces all but the stock. Answered once every gateway sells by it. */
public final class PutItem implements Endpoint {
    static final Text NAME = Text.upTo(200);
    static final Text ASSET = Text.matching(16, "[A-Za-z]{1,16}", "letters");

    private final Backend backend;

    public PutItem(Backend backend) {
        this.backend = backend;
    }

    private record Price(String asset, long amount) {}

    @Override
    public Future<Answer> handle(Call call) {
        String sku = call.path("sku");
        Item item = call.read(fields -> new Item(
                sku,
                fields.text("name", NAME),
                fields.oneOf("kind", ItemKind.class),
                prices(fields),
                fields.optionalObject("sale", PutItem::sale).orElse(Sale.ALWAYS),
                LimitsField.read(fields),
                0));
        String program = call.program().id();
        return CatalogAnswers.of(
                backend.catalogs(),
                program,
                backend.editor().as(call.actor()).putItem(program, item),
                CatalogJson::write);
    }

    private static Map<String, Long> prices(RequestFields fields) {
        Map<String, Long> prices = new HashMap<>();
        for (Price price : fields.objects(
                "prices",
                1,
                ProgramDraft.MOST_ASSETS,
                each -> new Price(each.text("asset", ASSET), each.amount("amount")))) {
            if (prices.put(price.asset(), price.amount()) != null) {
                fields.reject("prices", "two prices in " + price.asset() + " (expected: one an asset)");
            }
        }
        return prices;
    }

    private static Sale sale(RequestFields fields) {
        return new Sale(
                fields.optionalTime("opens_at").orElse(null),
                fields.optionalTime("closes_at").orElse(null));
    }
}
