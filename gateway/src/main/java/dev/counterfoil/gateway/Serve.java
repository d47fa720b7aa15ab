package dev.counterfoil.gateway;

import dev.counterfoil.gateway.api.AccountTokens;
import dev.counterfoil.gateway.api.Backend;
import dev.counterfoil.gateway.http.AccountRate;
import dev.counterfoil.gateway.http.Admission;
import dev.counterfoil.gateway.http.CappedTransport;
import dev.counterfoil.gateway.http.ConnectionCaps;
import dev.counterfoil.gateway.http.Edge;
import dev.counterfoil.gateway.http.HttpEdge;
import dev.counterfoil.gateway.http.Metrics;
import dev.counterfoil.gateway.http.Readiness;
import dev.counterfoil.gateway.http.RequestRates;
import dev.counterfoil.gateway.http.Routes;
import dev.counterfoil.gateway.settings.GuardSettings;
import dev.counterfoil.gateway.settings.LedgerSettings;
import dev.counterfoil.gateway.settings.Settings;
import dev.counterfoil.gateway.signatures.RequestSignatures;
import dev.counterfoil.ledger.Cell;
import dev.counterfoil.ledger.Durability;
import dev.counterfoil.ledger.Ledger;
import dev.counterfoil.ledger.LedgerFault;
import dev.counterfoil.ledger.Progress;
import dev.counterfoil.ledger.SettledTransactions;
import dev.counterfoil.ledger.access.KeyUses;
import dev.counterfoil.ledger.access.SigningUse;
import dev.counterfoil.ledger.aftersale.AfterSale;
import dev.counterfoil.ledger.aftersale.HoldSweeper;
import dev.counterfoil.ledger.catalog.CatalogEditor;
import dev.counterfoil.ledger.catalog.CatalogStore;
import dev.counterfoil.ledger.catalog.Catalogs;
import dev.counterfoil.ledger.catalog.Recurring;
import dev.counterfoil.ledger.embedded.DataDirectory;
import dev.counterfoil.ledger.embedded.EmbeddedServers;
import dev.counterfoil.ledger.guard.Challenges;
import dev.counterfoil.ledger.guard.GuardLimits;
import dev.counterfoil.ledger.guard.GuardMetrics;
import dev.counterfoil.ledger.guard.GuessingGuard;
import dev.counterfoil.ledger.installation.Installation;
import dev.counterfoil.ledger.issuing.BatchChange;
import dev.counterfoil.ledger.issuing.BatchMaker;
import dev.counterfoil.ledger.issuing.CardImporter;
import dev.counterfoil.ledger.issuing.CardsChange;
import dev.counterfoil.ledger.issuing.CodeLoader;
import dev.counterfoil.ledger.issuing.SettledUpTo;
import dev.counterfoil.ledger.postgres.Database;
import dev.counterfoil.ledger.rebuild.ColdCells;
import dev.counterfoil.ledger.redis.LedgerLimits;
import dev.counterfoil.ledger.redis.LedgerMetrics;
import dev.counterfoil.ledger.redis.RedisFailureCounts;
import dev.counterfoil.ledger.redis.RedisLedger;
import dev.counterfoil.ledger.redis.RedisNonces;
import dev.counterfoil.ledger.redis.RedisTokens;
import dev.counterfoil.ledger.rules.Posting;
import dev.counterfoil.ledger.rules.ReversalPolicy;
import dev.counterfoil.ledger.secrets.CardIds;
import dev.counterfoil.ledger.secrets.CodeCipher;
import dev.counterfoil.ledger.secrets.GuessHash;
import dev.counterfoil.ledger.secrets.Pepper;
import dev.counterfoil.ledger.secrets.RequestHash;
import dev.counterfoil.ledger.settlement.SettledAccounts;
import dev.counterfoil.ledger.settlement.SettledBooks;
import dev.counterfoil.ledger.settlement.SettledCards;
import dev.counterfoil.ledger.settlement.SettlementWatch;
import dev.counterfoil.ledger.settlement.Settler;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.file.FileSystemOptions;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A serving gateway: opened from its stores up to its port, closed from its port down to its stores. */
final class Serve implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Serve.class);

    /** How often overdue holds are looked for; their value returns that much later at most. */
    private static final Duration HOLD_SWEEP = Duration.ofSeconds(1);

    /** How often a gateway with {@code ledger.rebuild: auto} looks for cold cells. */
    private static final Duration COLD_LOOK = Duration.ofSeconds(2);

    private final Settings settings;
    private final Clock clock = Clock.systemUTC();
    private final SecureRandom random = new SecureRandom();
    private final Opened opened = new Opened();
    private final Stores stores;
    private final Vertx vertx;
    private final Metrics metrics;
    private final HttpEdge edge;
    private @Nullable Path demoFile;

    private Serve(Settings settings) {
        this.settings = settings;
        try {
            HttpEdge.requireFreePort(settings.http());
            this.stores = opened.add("stores", Stores.forServing(settings));
            this.metrics = opened.add("metrics", new Metrics());
            ConnectionCaps caps = new ConnectionCaps(settings.http(), metrics.registry());
            this.vertx = opened.add(
                            "Vert.x",
                            new ClosedVertx(Vertx.builder()
                                    .with(options())
                                    .withTransport(new CappedTransport(caps))
                                    .build()))
                    .vertx();
            this.edge = open();
        } catch (RuntimeException e) {
            opened.close();
            throw e;
        }
    }

    /** Starts everything and returns when requests are served. Blocks; a failure leaves nothing running. */
    static Serve start(Settings settings) {
        return new Serve(settings);
    }

    /** What to paste to try the demo; empty without one. */
    Optional<String> firstSteps() {
        return Optional.ofNullable(demoFile).map(file -> FirstSteps.text(url(port()), file));
    }

    /** Completes when an embedded server ended that nobody stopped: nothing more can be promised. */
    CompletableFuture<String> lost() {
        return stores.embedded().map(EmbeddedServers::lost).orElseGet(CompletableFuture::new);
    }

    /** The port that is listened on. */
    int port() {
        return edge.port();
    }

    @Override
    public void close() {
        LOG.info("stopping");
        opened.close();
        LOG.info("stopped");
    }

    private HttpEdge open() {
        Pepper pepper = Pepper.of(stores.pepper());
        Durability wanted = settings.ledger().durability();
        StartChecks checks = new StartChecks(stores, vertx, new Installation(pepper), wanted, metrics.registry());
        opened.add("Redis check", checks.requireSafeRedis());
        boolean prepared = checks.prepareBooks();
        opened.add("PostgreSQL check", checks.requireSafeBooks());
        CodeCipher cipher = CodeCipher.of(stores.codeKeys(), random);
        Copies copies = new Copies(stores, cipher, prepared, clock, random);
        copies.keepUp(vertx, checks, opened);
        SettledBooks books = new SettledBooks(stores.database(), checks::booksKeep);
        SettlementWatch watch = new SettlementWatch(
                vertx,
                stores.database(),
                books,
                checks::booksKeep,
                settings.ledger().settledWait());
        Optional<Settler> settler = settler(watch);
        List<Consumer<Cell>> told = new CopyOnWriteArrayList<>();
        RedisLedger ledger = ledger(copies, watch, checks, cell -> told.forEach(whoever -> whoever.accept(cell)));
        settler.ifPresent(known -> told.add(cell -> {
            if (checks.belonging()) {
                known.markDirty(cell);
            }
        }));
        opened.add("comparison", checks.compare(ledger, books, watch, () -> settler.ifPresent(Settler::start)));
        if (settings.ledger().rebuild() == LedgerSettings.Rebuild.AUTO) {
            rebuildByItself(checks, new Installation(pepper));
        }
        AccountTokens accountTokens = new AccountTokens(copies.signingKeys()::find, clock);
        Backend backend = backend(pepper, cipher, ledger, books, copies, accountTokens);
        KeyUses uses = new KeyUses(stores.database(), clock);
        opened.add("key uses", uses.start(vertx));
        HoldSweeper holds = opened.add(
                "holds",
                new HoldSweeper(
                        vertx,
                        ledger,
                        backend.afterSale(),
                        backend.hash(),
                        copies::cells,
                        HOLD_SWEEP,
                        metrics.registry()));
        told.add(holds::posted);
        Readiness readiness = new Readiness(Map.of("redis", this::redisAnswers, "installation", checks::notForeign));
        Routes routes = new Routes(
                new Edge(
                        copies.keys(),
                        uses::used,
                        new RequestSignatures(
                                settings.signatures(),
                                (client, id) -> copies.signingKeys().find(client, id, SigningUse.REQUEST),
                                new RedisNonces(stores.redis())::firstUse,
                                clock),
                        copies.catalogs()::program,
                        copies.catalogs()::get,
                        readiness,
                        metrics,
                        new RequestRates(settings.limits(), new RedisTokens(stores.redis()), this::later),
                        settings.http().maxBodyBytes(),
                        settings.http().trustedProxies(),
                        settings.http().docs(),
                        new Admission(
                                settings.http().bounds(), program -> ledger.busy(Cell.of(program)), metrics.registry()),
                        settings.http().metricsPort() > 0),
                backend.endpoints(),
                copies.keys()::allowOrigin);
        HttpEdge started = HttpEdge.start(vertx, settings.http(), eventLoops(), routes, readiness, metrics)
                .await();
        opened.add("HTTP", () -> started.stop().await());
        if (demoWanted(copies.catalogs())) {
            DataDirectory data = stores.embedded()
                    .map(EmbeddedServers::data)
                    .orElseGet(() -> opened.add(
                            "data folder", DataDirectory.open(settings.data().dir())));
            new DemoProgram(backend, copies.keyStore(), copies.keyPublisher(), data, random)
                    .ensure(url(started.port()));
            demoFile = data.path().resolve(DemoProgram.FILE);
            copies.keys().load().await();
        }
        readiness.serving();
        LOG.info("serving on {}", url(started.port()));
        return started;
    }

    /** With {@code demo: auto} a start that was interrupted while it made the demo is completed by the next. */
    private boolean demoWanted(Catalogs catalogs) {
        boolean embeddedBooks = settings.postgres().uri().isEmpty();
        return switch (settings.demo()) {
            case TRUE -> true;
            case FALSE -> false;
            case AUTO ->
                embeddedBooks
                        && stores.embedded()
                                .filter(servers -> servers.freshPostgresql()
                                        || servers.data().holds(DemoProgram.FILE)
                                        || catalogs.program(DemoProgram.ID).isPresent())
                                .isPresent();
        };
    }

    private String url(int port) {
        String host = settings.http().host();
        return (settings.http().tls().isOn() ? "https://" : "http://") + (host.equals("0.0.0.0") ? "localhost" : host)
                + ":" + port;
    }

    private GuessingGuard guard(GuessHash hash) {
        GuardSettings wanted = settings.guard();
        GuessingGuard guard = new GuessingGuard(
                new RedisFailureCounts(stores.redis()),
                hash,
                new GuardLimits(wanted.failures(), wanted.numberFailures(), wanted.window()),
                new Challenges(hash, wanted.challengeBits(), wanted.challengeLifetime(), clock, random),
                new GuardMetrics(metrics.registry()),
                clock,
                System::nanoTime);
        guard.refresh().await();
        opened.add("locks", Recurring.start(vertx, "reading locks", GuessingGuard.REFRESH, guard::refresh));
        return guard;
    }

    private AccountRate accountRate(GuessHash hash) {
        return new AccountRate(
                settings.limits().accountRate(),
                (program, account) -> hash.suspect("rate", program, account),
                new RedisTokens(stores.redis()),
                this::later,
                metrics.registry());
    }

    private void later(long delayMs, Runnable task) {
        long unused = vertx.setTimer(delayMs, due -> task.run());
    }

    private Backend backend(
            Pepper pepper,
            CodeCipher cipher,
            Ledger ledger,
            SettledBooks books,
            Copies copies,
            AccountTokens accountTokens) {
        Database database = stores.database();
        CardIds cardIds = new CardIds(pepper);
        RequestHash hash = new RequestHash(pepper);
        GuessHash guessHash = new GuessHash(pepper);
        CatalogStore store = new CatalogStore(database);
        SettledUpTo settledUpTo = new SettledUpTo(vertx, database, clock);
        SettledCards settledCards = new SettledCards(database, clock);
        return new Backend(
                ledger,
                new Posting(ledger, copies.catalogs(), clock),
                copies.catalogs(),
                cardIds,
                hash,
                cipher,
                new BatchMaker(database, ledger, cardIds, hash, random, clock),
                new CardImporter(database, ledger, cardIds, random, clock),
                new BatchChange(settledUpTo, database, ledger, hash, clock),
                new CodeLoader(settledUpTo, database, ledger, cipher, hash, random),
                new CatalogEditor(store, copies.catalogPublisher()),
                store,
                books,
                new CardsChange(settledUpTo, settledCards, ledger, hash, clock),
                settledCards,
                new SettledAccounts(database),
                new AfterSale(vertx, ledger, books, settledUpTo, reversalPolicy()),
                copies.administration(),
                guard(guessHash),
                guessHash,
                accountTokens,
                accountRate(guessHash),
                copies.made(),
                settings.ledger().durability(),
                clock);
    }

    private ReversalPolicy reversalPolicy() {
        return new ReversalPolicy(
                settings.ledger().reverseToExpired(), settings.ledger().reverseToFrozen());
    }

    private RedisLedger ledger(Copies copies, SettledTransactions books, StartChecks checks, Consumer<Cell> posted) {
        LedgerLimits limits = new LedgerLimits(
                settings.ledger().queueLimit(),
                settings.ledger().targetLatency(),
                settings.ledger().journalLimit(),
                settings.ledger().idempotencyTtl(),
                settings.ledger().refusalTtl());
        return new RedisLedger(
                stores.redis(),
                limits,
                checks::durability,
                copies::epoch,
                books,
                new LedgerMetrics(metrics.registry()),
                posted);
    }

    /** Not started. Empty where another process settles. */
    private Optional<Settler> settler(SettlementWatch watch) {
        return settings.settlement().enabled()
                ? Optional.of(opened.add("settlement", stores.settler(metrics.registry(), clock, watch::settled)))
                : Optional.empty();
    }

    private void rebuildByItself(StartChecks checks, Installation installation) {
        ColdCells cells = new ColdCells(
                stores.rebuild(Progress.SILENT),
                () -> installation.check(stores.database(), stores.redis()).await(),
                metrics.registry(),
                clock);
        opened.add("rebuilding", cells.watch(COLD_LOOK, checks::belonging));
    }

    private Future<Void> redisAnswers() {
        return stores.redis().answering()
                ? Future.succeededFuture()
                : Future.failedFuture(new LedgerFault.Unavailable("Redis does not answer"));
    }

    private int eventLoops() {
        int wanted = settings.http().eventLoops();
        return wanted == 0 ? Runtime.getRuntime().availableProcessors() : wanted;
    }

    private VertxOptions options() {
        return new VertxOptions()
                .setEventLoopPoolSize(eventLoops())
                // Nothing is served from files; the cache would be a directory in the system's temporary folder.
                .setFileSystemOptions(
                        new FileSystemOptions().setFileCachingEnabled(false).setClassPathResolvingEnabled(false));
    }

    /** Vert.x closes asynchronously. */
    private record ClosedVertx(Vertx vertx) implements AutoCloseable {
        @Override
        public void close() {
            vertx.close().await();
        }
    }
}
