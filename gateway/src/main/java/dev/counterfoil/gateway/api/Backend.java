package dev.counterfoil.gateway.api;

import dev.counterfoil.gateway.http.AccountRate;
import dev.counterfoil.gateway.http.Endpoints;
import dev.counterfoil.ledger.Durability;
import dev.counterfoil.ledger.Ledger;
import dev.counterfoil.ledger.aftersale.AfterSale;
import dev.counterfoil.ledger.aftersale.Step;
import dev.counterfoil.ledger.catalog.CatalogEditor;
import dev.counterfoil.ledger.catalog.CatalogStore;
import dev.counterfoil.ledger.catalog.Catalogs;
import dev.counterfoil.ledger.catalog.MadeCards;
import dev.counterfoil.ledger.guard.GuessingGuard;
import dev.counterfoil.ledger.issuing.BatchChange;
import dev.counterfoil.ledger.issuing.BatchMaker;
import dev.counterfoil.ledger.issuing.CardImporter;
import dev.counterfoil.ledger.issuing.CardsChange;
import dev.counterfoil.ledger.issuing.CodeLoader;
import dev.counterfoil.ledger.rules.CardChange;
import dev.counterfoil.ledger.rules.Posting;
import dev.counterfoil.ledger.rules.RedemptionRequest.Payment;
import dev.counterfoil.ledger.secrets.CardIds;
import dev.counterfoil.ledger.secrets.CodeCipher;
import dev.counterfoil.ledger.secrets.GuessHash;
import dev.counterfoil.ledger.secrets.RequestHash;
import dev.counterfoil.ledger.settlement.SettledAccounts;
import dev.counterfoil.ledger.settlement.SettledBooks;
import dev.counterfoil.ledger.settlement.SettledCards;
import java.time.Clock;
import java.util.Optional;

/**
 * What the endpoints ask of the ledger.
 *
 * @param durability the level that every answer waits for; a request may ask for more
 */
public record Backend(
        Ledger ledger,
        Posting posting,
        Catalogs catalogs,
        CardIds cardIds,
        RequestHash hash,
        CodeCipher cipher,
        BatchMaker batches,
        CardImporter imports,
        BatchChange batchChange,
        CodeLoader codes,
        CatalogEditor editor,
        CatalogStore store,
        SettledBooks books,
        CardsChange cardsChange,
        SettledCards settledCards,
        SettledAccounts settledAccounts,
        AfterSale afterSale,
        Administration administration,
        GuessingGuard guard,
        GuessHash guessHash,
        AccountTokens accountTokens,
        AccountRate accountRate,
        MadeCards madeCards,
        Durability durability,
        Clock clock) {
    /** What is known of a card that is presented in {@code program}, as {@link PresentedCard#identified}. */
    Optional<Payment> identified(String program, PresentedCard card) {
        return card.identified(program, cardIds, madeCards.mayHoldImported(program));
    }

    /** Every endpoint of the API on this ledger. */
    public Endpoints endpoints() {
        RedemptionJson json = new RedemptionJson(cipher);
        ReadCatalog read = new ReadCatalog(this);
        ReadCards cards = new ReadCards(this);
        return new Endpoints(
                new PostRedemption(this, json),
                new PreviewRedemption(this, json),
                new GetRedemption(this, json),
                new FindRedemptions(this, json),
                new StepRedemption(this, json, Step.Kind.CAPTURE),
                new StepRedemption(this, json, Step.Kind.RELEASE),
                new StepRedemption(this, json, Step.Kind.REVERSAL),
                new LookUpCard(this),
                new GetAccount(this),
                new AccountTransactions(this),
                new ChangeAccount(this, ChangeAccount.Kind.ADJUST),
                new ChangeAccount(this, ChangeAccount.Kind.FREEZE),
                new ChangeAccount(this, ChangeAccount.Kind.UNFREEZE),
                new ChangeAccount(this, ChangeAccount.Kind.VERIFY),
                new ChangeAccount(this, ChangeAccount.Kind.UNVERIFY),
                new PostBatch(this),
                new ImportCards(this),
                new ChangeBatch(this, BatchChange.Kind.VOID),
                new ChangeBatch(this, BatchChange.Kind.ACTIVATE),
                new PutItem(this),
                read::item,
                read::items,
                new PostStock(this),
                new PostCodes(this),
                new PutCardType(this),
                read::cardType,
                read::cardTypes,
                new PostProgram(this),
                read::program,
                read::programs,
                new PatchProgram(this),
                new ChangeCards(this, CardChange.Kind.FREEZE, clock),
                new ChangeCards(this, CardChange.Kind.UNFREEZE, clock),
                new ChangeCards(this, CardChange.Kind.VOID, clock),
                new ChangeCards(this, CardChange.Kind.EXTEND, clock),
                cards::list,
                cards::one,
                cards::transactions,
                administration.endpoints());
    }
}
