package dev.counterfoil.ledger.catalog;

import dev.counterfoil.ledger.secrets.SecretFormat;
import io.vertx.core.json.JsonObject;
import java.sql.Array;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.StatementContext;
import org.jdbi.v3.core.statement.Update;
import org.jspecify.annotations.Nullable;

/** The catalog's rows. Each method is one statement. */
final class CatalogRows {
    private static final String PROGRAM = """
            select p.*, (select json_agg(json_build_object('index', c.index, 'id', c.id, 'epoch', c.epoch) order by c.index)
                           from cell c where c.program = p.id) as cells
              from program p
            """;

    private CatalogRows() {}

    static List<Program> programs(Handle handle, String where, Map<String, ?> arguments) {
        return handle.createQuery(PROGRAM + where)
                .bindMap(arguments)
                .map(CatalogRows::readProgram)
                .list();
    }

    static Optional<CardType> cardType(Handle handle, String program, String id) {
        return handle.createQuery("select * from card_type where program = ? and id = ?")
                .bind(0, program)
                .bind(1, id)
                .map(CatalogRows::readCardType)
                .findOne();
    }

    static Optional<Item> item(Handle handle, String program, String sku) {
        return handle.createQuery("select * from item where program = ? and sku = ?")
                .bind(0, program)
                .bind(1, sku)
                .map(CatalogRows::readItem)
                .findOne();
    }

    /** Those with a version beyond {@code after}. */
    static List<CardType> cardTypes(Handle handle, String program, long after) {
        return handle.createQuery("select * from card_type where program = :program and version > :after order by id")
                .bind("program", program)
                .bind("after", after)
                .map(CatalogRows::readCardType)
                .list();
    }

    /** Those with a version beyond {@code after}. */
    static List<Item> items(Handle handle, String program, long after) {
        return handle.createQuery("select * from item where program = :program and version > :after order by sku")
                .bind("program", program)
                .bind("after", after)
                .map(CatalogRows::readItem)
                .list();
    }

    static void write(Handle handle, String program, CardType type) {
        Update update = handle.createUpdate("""
                        insert into card_type (program, id, name, asset, face_value, validity_days, accepted_items, secret_format, version)
                        values (:program, :id, :name, :asset, :face_value, :validity_days, :accepted_items, :secret_format, :version)
                        on conflict (program, id) do update set name = excluded.name, validity_days = excluded.validity_days,
                          accepted_items = excluded.accepted_items, secret_format = excluded.secret_format,
                          version = excluded.version
                        """)
                .bind("program", program)
                .bind("id", type.id())
                .bind("name", type.name())
                .bind("asset", type.asset())
                .bind("face_value", type.faceValue())
                .bind("validity_days", type.validityDays())
                .bind("secret_format", type.secretFormat().id())
                .bind("version", type.version());
        Update bound = type.acceptedItems() == null
                ? update.bindNull("accepted_items", Types.ARRAY)
                : update.bindArray("accepted_items", String.class, type.acceptedItems());
        bound.execute();
    }

    static void write(Handle handle, String program, Item item) {
        JsonObject prices = new JsonObject();
        item.prices().forEach(prices::put);
        handle.createUpdate("""
                        insert into item (program, sku, name, kind, prices, opens_at, closes_at, limits, version)
                        values (:program, :sku, :name, :kind, cast(:prices as jsonb), :opens_at, :closes_at,
                                cast(:limits as jsonb), :version)
                        on conflict (program, sku) do update set name = excluded.name, prices = excluded.prices,
                          opens_at = excluded.opens_at, closes_at = excluded.closes_at, limits = excluded.limits,
                          version = excluded.version
                        """)
                .bind("program", program)
                .bind("sku", item.sku())
                .bind("name", item.name())
                .bind("kind", item.kind().token())
                .bind("prices", prices.encode())
                .bind("opens_at", item.sale().opensAt())
                .bind("closes_at", item.sale().closesAt())
                .bind("limits", CatalogJson.write(item.limits()).encode())
                .bind("version", item.version())
                .execute();
    }

    private static Program readProgram(ResultSet row, StatementContext context) throws SQLException {
        JsonObject cells = new JsonObject("{\"cells\":" + row.getString("cells") + "}");
        List<ProgramCell> programCells = new ArrayList<>();
        for (Object cell : cells.getJsonArray("cells")) {
            JsonObject json = (JsonObject) cell;
            programCells.add(new ProgramCell(json.getInteger("index"), json.getInteger("id"), json.getLong("epoch")));
        }
        return new Program(
                row.getString("id"),
                row.getString("issuer"),
                row.getString("name"),
                ZoneId.of(row.getString("zone")),
                Mode.of(row.getString("mode")),
                List.of((String[]) row.getArray("assets").getArray()),
                limits(row),
                programCells,
                row.getObject("created_at", OffsetDateTime.class).toInstant(),
                row.getLong("version"));
    }

    private static CardType readCardType(ResultSet row, StatementContext context) throws SQLException {
        int days = row.getInt("validity_days");
        Integer validityDays = row.wasNull() ? null : days;
        Array accepted = row.getArray("accepted_items");
        return new CardType(
                row.getString("id"),
                row.getString("name"),
                row.getString("asset"),
                row.getLong("face_value"),
                validityDays,
                accepted == null ? null : Set.of((String[]) accepted.getArray()),
                SecretFormat.of(row.getString("secret_format")),
                row.getLong("version"));
    }

    private static Item readItem(ResultSet row, StatementContext context) throws SQLException {
        JsonObject json = new JsonObject(row.getString("prices"));
        Map<String, Long> prices = new TreeMap<>();
        for (String asset : json.fieldNames()) {
            prices.put(asset, json.getLong(asset));
        }
        return new Item(
                row.getString("sku"),
                row.getString("name"),
                ItemKind.of(row.getString("kind")),
                prices,
                new Sale(instant(row, "opens_at"), instant(row, "closes_at")),
                limits(row),
                row.getLong("version"));
    }

    private static Limits limits(ResultSet row) throws SQLException {
        return CatalogJson.limits(new JsonObject(row.getString("limits")));
    }

    private static @Nullable Instant instant(ResultSet row, String column) throws SQLException {
        OffsetDateTime time = row.getObject(column, OffsetDateTime.class);
        return time == null ? null : time.toInstant();
    }
}
