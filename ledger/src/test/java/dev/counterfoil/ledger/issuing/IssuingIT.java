package dev.counterfoil.ledger.issuing;

import static dev.counterfoil.ledger.testing.Ledgers.await;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.counterfoil.ledger.Card;
import dev.counterfoil.ledger.CardLeg;
import dev.counterfoil.ledger.CardState;
import dev.counterfoil.ledger.Cell;
import dev.counterfoil.ledger.Durability;
import dev.counterfoil.ledger.IdempotencyKey;
import dev.counterfoil.ledger.Ledger;
import dev.counterfoil.ledger.Leg;
import dev.counterfoil.ledger.Posted;
import dev.counterfoil.ledger.Price;
import dev.counterfoil.ledger.Transaction;
import dev.counterfoil.ledger.TransactionType;
import dev.counterfoil.ledger.access.Issuer;
import dev.counterfoil.ledger.access.KeyStore;
import dev.counterfoil.ledger.audit.Actor;
import dev.counterfoil.ledger.catalog.CardType;
import dev.counterfoil.ledger.catalog.CatalogEditor;
import dev.counterfoil.ledger.catalog.CatalogPublisher;
import dev.counterfoil.ledger.catalog.CatalogStore;
import dev.counterfoil.ledger.catalog.Item;
import dev.counterfoil.ledger.catalog.ItemKind;
import dev.counterfoil.ledger.catalog.Limits;
import dev.counterfoil.ledger.catalog.Mode;
import dev.counterfoil.ledger.catalog.ProgramDraft;
import dev.counterfoil.ledger.catalog.Sale;
import dev.counterfoil.ledger.redis.LedgerLimits;
import dev.counterfoil.ledger.redis.LedgerMetrics;
import dev.counterfoil.ledger.redis.RedisLedger;
import dev.counterfoil.ledger.rules.KeyCeiling;
import dev.counterfoil.ledger.secrets.CardIds;
import dev.counterfoil.ledger.secrets.CodeCipher;
import dev.counterfoil.ledger.secrets.DigitalCode;
import dev.counterfoil.ledger.secrets.ImportedSecret;
import dev.counterfoil.ledger.secrets.Pepper;
import dev.counterfoil.ledger.secrets.RequestHash;
import dev.counterfoil.ledger.secrets.SecretFormat;
import dev.counterfoil.ledger.settlement.SettledBooks;
import dev.counterfoil.ledger.settlement.SettlementSettings;
import dev.counterfoil.ledger.settlement.Settler;
import dev.counterfoil.ledger.testing.Ledgers;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class IssuingIT {
    private static final Cell CELL = Cell.of("demo");
    private static final CardType GIFT = new CardType("gift", "Gift", "CNY", 1000, 30, null, SecretFormat.CROCKFORD, 0);

    private final SecureRandom random = new SecureRandom();
    private final String oldPepper = Pepper.generate(random);
    private final Pepper pepper = Pepper.of(List.of(oldPepper));
    private final CardIds cardIds = new CardIds(pepper);
    private final RequestHash hash = new RequestHash(pepper);
    private final Vertx vertx = Vertx.vertx();
    private final Ledgers servers = Ledgers.fresh();
    private final SettledBooks books = new SettledBooks(servers.database());
    private final Settler settler = new Settler(
            servers.database(),
            servers.redis(),
            SettlementSettings.DEFAULTS,
            new SimpleMeterRegistry(),
            Clock.systemUTC());
    private final RedisLedger ledger = new RedisLedger(
            servers.redis(),
            LedgerLimits.standard(),
            asked -> Durability.DURABLE,
            cell -> 1,
            books,
            new LedgerMetrics(new SimpleMeterRegistry()),
            settler::markDirty);
    private final BatchMaker maker =
            new BatchMaker(servers.database(), ledger, cardIds, hash, random, Clock.systemUTC());
    private final SettledUpTo settledUpTo = new SettledUpTo(vertx, servers.database(), Clock.systemUTC());
    private final BatchChange change =
            new BatchChange(settledUpTo, servers.database(), ledger, hash, Clock.systemUTC());

    @BeforeEach
    void openProgram() {
        settler.start();
        var issuer = await(new KeyStore(servers.database(), random).putIssuer(new Issuer("demo", "Demo")));
        CatalogEditor editor = new CatalogEditor(
                new CatalogStore(servers.database()), new CatalogPublisher(servers.database(), servers.redis()));
        var program = await(editor.createProgram(new ProgramDraft(
                "demo", issuer.id(), "Demo", ZoneId.of("Asia/Shanghai"), Mode.TEST, List.of("CNY"), Limits.NONE)));
        var type = await(editor.putCardType("demo", GIFT));
        var item = await(editor.putItem(
                "demo", new Item("video", "Video", ItemKind.CODE, Map.of("CNY", 1L), Sale.ALWAYS, Limits.NONE, 0)));
    }

    @AfterEach
    void close() {
        settler.close();
        servers.close();
        await(vertx.close());
    }

    @Test
    void a_batch_has_sequential_numbers_and_secrets_that_find_its_cards() {
        Batch batch = begin("b1", 450, CardState.ACTIVE);
        List<MadeCard> cards = makeAll(batch);
        assertThat(cards).hasSize(450);
        assertThat(cards.get(449).number())
                .isEqualTo(Long.toString(Long.parseLong(cards.get(0).number()) + 449));
        Card card = card(cards.get(123));
        assertThat(card.number()).isEqualTo(cards.get(123).number());
        assertThat(card.balance()).isEqualTo(1000);
        assertThat(card.state()).isEqualTo(CardState.ACTIVE);
        assertThat(cards.stream().map(MadeCard::secret)).doesNotHaveDuplicates();
    }

    @Test
    void a_key_makes_one_batch() {
        Batch batch = begin("b1", 3, CardState.ACTIVE);
        assertThat(await(maker.begin(CELL, GIFT, 3, CardState.ACTIVE, key("b1"))))
                .isEqualTo(new BatchMaker.Delivered(batch.id()));
        IdempotencyKey other =
                new IdempotencyKey("cl_1", key("b1").record(), key("other").fingerprint());
        assertThat(await(maker.begin(CELL, GIFT, 4, CardState.ACTIVE, other))).isInstanceOf(BatchMaker.KeyReused.class);
    }

    @Test
    void a_cut_batch_is_voided_but_for_its_used_cards_and_takes_no_more() {
        Batch batch = begin("b1", 600, CardState.ACTIVE);
        List<MadeCard> first = await(maker.make(batch, 0)).cards();
        spend(first.get(7), 1);
        BatchChange.Result result =
                await(change.change(CELL, batch.id(), BatchChange.Kind.VOID)).orElseThrow();
        assertThat(result).isEqualTo(new BatchChange.Result(batch.id(), 200, 199, 1));
        assertThat(card(first.get(0)).state()).isEqualTo(CardState.VOID);
        assertThat(card(first.get(0)).balance()).isZero();
        assertThat(card(first.get(7)).balance()).isEqualTo(999);
        assertThatThrownBy(() -> await(maker.make(batch, 200))).isInstanceOf(BatchClosed.class);
        assertThat(await(change.change(CELL, batch.id(), BatchChange.Kind.VOID)))
                .contains(result);
        Batch again = begin("b2", 600, CardState.ACTIVE);
        assertThat(makeAll(again)).hasSize(600);
    }

    @Test
    void inactive_cards_are_activated_once_their_file_was_checked() {
        Batch batch = begin("b1", 5, CardState.INACTIVE);
        List<MadeCard> cards = makeAll(batch);
        assertThat(card(cards.get(0)).state()).isEqualTo(CardState.INACTIVE);
        BatchChange.Result result = await(change.change(CELL, batch.id(), BatchChange.Kind.ACTIVATE))
                .orElseThrow();
        assertThat(result).isEqualTo(new BatchChange.Result(batch.id(), 5, 5, 0));
        assertThat(card(cards.get(0)).state()).isEqualTo(CardState.ACTIVE);
        assertThat(card(cards.get(0)).balance()).isEqualTo(1000);
    }

    @Test
    void an_unknown_batch_is_nothing() {
        assertThat(await(change.change(CELL, "bt_none", BatchChange.Kind.VOID))).isEmpty();
    }

    @Test
    void codes_are_loaded_once_duplicates_are_named_by_line_and_a_retry_loads_nothing_more() {
        CodeLoader loader = loader();
        List<DigitalCode> codes = codes("a", 1200);
        codes.set(10, codes.get(3));
        assertThat(await(loader.load(CELL, "video", codes, key("l1"))))
                .isEqualTo(new CodeLoader.Loaded(1199, List.of(11), List.of(), false, Durability.DURABLE));
        assertThat(await(loader.load(CELL, "video", codes, key("l1"))))
                .isEqualTo(new CodeLoader.Loaded(1199, List.of(11), List.of(), true, Durability.DURABLE));
        List<DigitalCode> more = codes("b", 2);
        more.add(codes.get(0));
        assertThat(await(loader.load(CELL, "video", more, key("l2"))))
                .isEqualTo(new CodeLoader.Loaded(2, List.of(3), List.of(), false, Durability.DURABLE));
        assertThat(await(loader.load(
                        CELL,
                        "video",
                        codes("c", 2),
                        new IdempotencyKey("cl_1", key("l1").record(), key("l9").fingerprint()))))
                .isInstanceOf(CodeLoader.KeyReused.class);
        assertThat(pool()).isEqualTo(1201);
    }

    @Test
    void a_load_that_was_cut_after_the_staging_is_finished_by_its_retry() {
        List<DigitalCode> codes = codes("a", 700);
        CodeLoader interrupted =
                new CodeLoader(settledUpTo, servers.database(), CutLedger.after(1, ledger), cipher, hash, random);
        assertThatThrownBy(() -> await(interrupted.load(CELL, "video", codes, key("l1"))))
                .isInstanceOf(dev.counterfoil.ledger.LedgerFault.OutcomeUnknown.class);
        assertThat(await(loader().load(CELL, "video", codes, key("l1"))))
                .isEqualTo(new CodeLoader.Loaded(700, List.of(), List.of(), false, Durability.DURABLE));
        assertThat(pool()).isEqualTo(700);
    }

    @Test
    void a_load_sent_again_after_its_records_lapsed_pours_no_code_twice() {
        List<DigitalCode> codes = codes("a", 700);
        assertThat(await(loader().load(CELL, "video", codes, key("l1"))))
                .isEqualTo(new CodeLoader.Loaded(700, List.of(), List.of(), false, Durability.DURABLE));
        forgetRecords();
        assertThat(await(loader().load(CELL, "video", codes, key("l1"))))
                .isEqualTo(new CodeLoader.Loaded(700, List.of(), List.of(), true, Durability.DURABLE));
        assertThat(pool()).isEqualTo(700);
    }

    @Test
    void a_cut_load_is_finished_also_after_its_records_lapsed_and_another_key_names_its_lines_pending() {
        List<DigitalCode> codes = codes("a", 700);
        CodeLoader interrupted =
                new CodeLoader(settledUpTo, servers.database(), CutLedger.after(1, ledger), cipher, hash, random);
        assertThatThrownBy(() -> await(interrupted.load(CELL, "video", codes, key("l1"))))
                .isInstanceOf(dev.counterfoil.ledger.LedgerFault.OutcomeUnknown.class);
        CodeLoader.Loaded other =
                (CodeLoader.Loaded) await(loader().load(CELL, "video", codes.subList(0, 699), key("l2")));
        assertThat(other.loaded()).isZero();
        assertThat(other.duplicates().size() + other.pending().size()).isEqualTo(699);
        assertThat(other.pending()).contains(699);
        forgetRecords();
        assertThat(await(loader().load(CELL, "video", codes, key("l1"))))
                .isEqualTo(new CodeLoader.Loaded(700, List.of(), List.of(), false, Durability.DURABLE));
        assertThat(pool()).isEqualTo(700);
    }

    @Test
    void a_batch_whose_first_answer_was_lost_stays_unknown_and_can_be_voided() {
        Batch batch = begin("b1", 5, CardState.ACTIVE);
        BatchMaker unlucky = new BatchMaker(
                servers.database(), CutLedger.losingAnswers(1, ledger), cardIds, hash, random, Clock.systemUTC());
        assertThatThrownBy(() -> await(unlucky.make(batch, 0)))
                .isInstanceOf(dev.counterfoil.ledger.LedgerFault.OutcomeUnknown.class);
        assertThat(await(change.change(CELL, batch.id(), BatchChange.Kind.VOID)))
                .contains(new BatchChange.Result(batch.id(), 5, 5, 0));
    }

    @Test
    void a_key_that_made_a_batch_is_used_up_for_codes_and_the_other_way_round() {
        Batch batch = begin("one", 3, CardState.ACTIVE);
        assertThat(makeAll(batch)).hasSize(3);
        IdempotencyKey sameKey =
                new IdempotencyKey("cl_1", key("one").record(), key("codes").fingerprint());
        assertThat(await(loader().load(CELL, "video", codes("a", 1), sameKey)))
                .isInstanceOf(CodeLoader.KeyReused.class);
        CodeLoader.Result loaded = await(loader().load(CELL, "video", codes("a", 1), key("two")));
        assertThat(loaded).isInstanceOf(CodeLoader.Loaded.class);
        IdempotencyKey reused =
                new IdempotencyKey("cl_1", key("two").record(), key("batch").fingerprint());
        Batch second = ((BatchMaker.Started) await(maker.begin(CELL, GIFT, 2, CardState.ACTIVE, reused))).batch();
        assertThatThrownBy(() -> await(maker.make(second, 0)))
                .isInstanceOfSatisfying(
                        BatchClosed.class,
                        closed -> assertThat(closed.keyReused()).isTrue());
    }

    @Test
    void an_import_whose_answer_was_lost_is_finished_under_its_key_and_after_its_record_lapsed() {
        CardImport cards = imported(CardState.ACTIVE, "one", "two");
        CardImporter unlucky = importer(CutLedger.losingAnswers(1, ledger), cardIds);
        assertThatThrownBy(() -> run(unlucky, cards, "i1"))
                .isInstanceOf(dev.counterfoil.ledger.LedgerFault.OutcomeUnknown.class);
        CardImporter.Imported found = (CardImporter.Imported) run(importer(ledger, cardIds), cards, "i1");
        assertThat(found.replayed()).isTrue();
        BatchChange.Result closed = await(change.change(CELL, found.batch(), BatchChange.Kind.ACTIVATE))
                .orElseThrow();
        assertThat(closed.cards()).as("settled").isEqualTo(2);
        forgetRecords();
        assertThat(run(importer(ledger, cardIds), cards, "i1"))
                .isEqualTo(new CardImporter.Imported(found.batch(), Durability.SETTLED, true));
    }

    @Test
    void an_import_that_was_voided_before_it_was_posted_brings_no_cards_and_holds_no_numbers() {
        CardImport cards = numbered("N1", "one");
        String batch = askedForButNotPosted(cards, "i1");
        assertThat(run(importer(ledger, cardIds), numbered("N1", "two"), "i2"))
                .as("kept for the one that may still come")
                .isEqualTo(new CardImporter.Taken(new TreeMap<>(Map.of(0, batch)), List.of()));
        assertThat(await(change.change(CELL, batch, BatchChange.Kind.VOID)))
                .contains(new BatchChange.Result(batch, 0, 0, 0));
        assertThat(run(importer(ledger, cardIds), cards, "i1")).isEqualTo(new CardImporter.Voided(batch));
        forgetRecords();
        long counter = await(servers.redis()
                .call(commands -> commands.del(("{demo.0}:quota:" + Issuing.counterKey(batch)).getBytes(UTF_8))));
        assertThat(counter).isEqualTo(1);
        assertThat(run(importer(ledger, cardIds), cards, "i1"))
                .as("days later")
                .isEqualTo(new CardImporter.Voided(batch));
        assertThat(await(ledger.card(CELL, cardIds.importedIds("demo", null, "one"))))
                .isEmpty();
        assertThat(run(importer(ledger, cardIds), numbered("N1", "two"), "i3"))
                .isInstanceOf(CardImporter.Imported.class);
    }

    @Test
    void an_import_whose_cards_are_activated_before_it_was_posted_goes_on_under_its_key() {
        CardImport cards = imported(CardState.INACTIVE, "one", "two");
        String batch = askedForButNotPosted(cards, "i1");
        assertThat(await(change.change(CELL, batch, BatchChange.Kind.ACTIVATE)))
                .contains(new BatchChange.Result(batch, 0, 0, 0));
        assertThat(run(importer(ledger, cardIds), cards, "i1"))
                .isEqualTo(new CardImporter.Imported(batch, Durability.DURABLE, false));
        assertThat(await(change.change(CELL, batch, BatchChange.Kind.ACTIVATE)))
                .contains(new BatchChange.Result(batch, 2, 2, 0));
    }

    /** The one batch there is then. */
    private String askedForButNotPosted(CardImport cards, String key) {
        CardImporter unlucky = importer(CutLedger.after(0, ledger), cardIds);
        assertThatThrownBy(() -> run(unlucky, cards, key)).isInstanceOf(dev.counterfoil.ledger.LedgerFault.class);
        return await(servers.database()
                .call(handle -> handle.createQuery("select id from batch")
                        .mapTo(String.class)
                        .one()));
    }

    private static CardImport numbered(String number, String secret) {
        return new CardImport(
                GIFT,
                CardState.ACTIVE,
                new ImportedSecret.Space(36, 12),
                false,
                List.of(new CardImport.Card(number, secret, null, null)));
    }

    @Test
    void a_card_that_was_imported_under_an_older_pepper_is_known() {
        assertThat(run(importer(ledger, cardIds), imported(CardState.ACTIVE, "one"), "i1"))
                .isInstanceOf(CardImporter.Imported.class);
        CardIds later = new CardIds(Pepper.of(List.of(Pepper.generate(random), oldPepper)));
        assertThat(later.importedIds("demo", null, "one").get(0))
                .isNotEqualTo(cardIds.importedIds("demo", null, "one").get(0));
        assertThat(run(importer(ledger, later), imported(CardState.ACTIVE, "two", "one"), "i2"))
                .isEqualTo(new CardImporter.Taken(new TreeMap<>(), List.of(1)));
        assertThat(await(ledger.card(CELL, later.importedIds("demo", null, "two"))))
                .isEmpty();
        assertThat(run(importer(ledger, later), imported(CardState.ACTIVE, "two"), "i3"))
                .isInstanceOf(CardImporter.Imported.class);
    }

    @Test
    void a_pepper_that_was_added_changes_no_replay_of_an_import() {
        CardImport cards = imported(CardState.ACTIVE, "one");
        CardImporter unlucky = importer(CutLedger.losingAnswers(1, ledger), cardIds);
        assertThatThrownBy(() -> run(unlucky, cards, "i1"))
                .isInstanceOf(dev.counterfoil.ledger.LedgerFault.OutcomeUnknown.class);
        CardIds later = new CardIds(Pepper.of(List.of(Pepper.generate(random), oldPepper)));
        CardImporter.Imported found = (CardImporter.Imported) run(importer(ledger, later), cards, "i1");
        assertThat(found.replayed()).isTrue();
        assertThat(await(change.change(CELL, found.batch(), BatchChange.Kind.ACTIVATE)))
                .as("settled, and its batch is there")
                .contains(new BatchChange.Result(found.batch(), 1, 1, 0));
        forgetRecords();
        assertThat(run(importer(ledger, later), cards, "i1"))
                .isEqualTo(new CardImporter.Imported(found.batch(), Durability.SETTLED, true));
    }

    @Test
    void the_same_import_by_a_gateway_without_the_new_pepper_meanwhile_is_that_import() {
        CardImport cards = imported(CardState.ACTIVE, "one");
        CardIds later = new CardIds(Pepper.of(List.of(Pepper.generate(random), oldPepper)));
        CardImporter.Imported found = (CardImporter.Imported) await(importer(ledger, later)
                .run(
                        CELL,
                        cards,
                        key("i1"),
                        KeyCeiling.NONE,
                        Actor.SYSTEM,
                        () -> importer(ledger, cardIds)
                                .run(CELL, cards, key("i1"), KeyCeiling.NONE, Actor.SYSTEM, Future::succeededFuture)
                                .mapEmpty()));
        assertThat(found.replayed()).isTrue();
        assertThat(await(change.change(CELL, found.batch(), BatchChange.Kind.ACTIVATE)))
                .contains(new BatchChange.Result(found.batch(), 1, 1, 0));
    }

    private CardImporter importer(Ledger on, CardIds ids) {
        return new CardImporter(servers.database(), on, ids, random, Clock.systemUTC());
    }

    private CardImporter.Result run(CardImporter importer, CardImport cards, String key) {
        return await(importer.run(CELL, cards, key(key), KeyCeiling.NONE, Actor.SYSTEM, Future::succeededFuture));
    }

    private static CardImport imported(CardState state, String... secrets) {
        return new CardImport(
                GIFT,
                state,
                new ImportedSecret.Space(36, 12),
                false,
                Arrays.stream(secrets)
                        .map(secret -> new CardImport.Card(null, secret, null, null))
                        .toList());
    }

    /** As the time that records live passes. */
    private void forgetRecords() {
        List<byte[]> records = await(servers.redis().call(commands -> commands.keys("\\{demo.0\\}:idem:*")));
        long gone = await(servers.redis().call(commands -> commands.del(records.toArray(new byte[0][]))));
        assertThat(gone).isPositive();
    }

    private final CodeCipher cipher = CodeCipher.of(List.of(CodeCipher.generate("k1", random)), random);

    private CodeLoader loader() {
        return new CodeLoader(settledUpTo, servers.database(), ledger, cipher, hash, random);
    }

    private long pool() {
        return await(servers.redis()
                .call(commands -> commands.llen("{demo.0}:codes:video".getBytes(StandardCharsets.US_ASCII))));
    }

    private static List<DigitalCode> codes(String prefix, int count) {
        List<DigitalCode> codes = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            codes.add(new DigitalCode(prefix + "-" + i, null, null));
        }
        return codes;
    }

    private Batch begin(String key, int count, CardState state) {
        return ((BatchMaker.Started) await(maker.begin(CELL, GIFT, count, state, key(key)))).batch();
    }

    private List<MadeCard> makeAll(Batch batch) {
        List<MadeCard> cards = new ArrayList<>();
        while (cards.size() < batch.count()) {
            cards.addAll(await(maker.make(batch, cards.size())).cards());
        }
        return cards;
    }

    private List<String> ids(MadeCard card) {
        return cardIds.idsOf("demo", SecretFormat.normalise(card.secret()).orElseThrow());
    }

    private Card card(MadeCard card) {
        return await(ledger.card(CELL, ids(card))).orElseThrow();
    }

    private void spend(MadeCard card, long amount) {
        Leg debit = new CardLeg(
                ids(card),
                card.number(),
                Set.of(CardState.ACTIVE),
                true,
                -1,
                List.of(new Price("gift:CNY", amount)),
                null,
                null);
        assertThat(await(ledger.post(new Transaction(
                        CELL, TransactionType.REDEMPTION, key("spend"), "", null, List.of(debit), new JsonObject()))))
                .isInstanceOf(Posted.class);
    }

    private IdempotencyKey key(String text) {
        return new IdempotencyKey("cl_1", hash.idempotency("cl_1", null, text), hash.fingerprint(text));
    }
}
