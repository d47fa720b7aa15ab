package dev.counterfoil.ledger.settlement;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.counterfoil.ledger.TransactionType;
import dev.counterfoil.ledger.redis.JournalEntry;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PostingAccountsTest {
    @ParameterizedTest
    @CsvSource({
        "redemption, -1, redeemed",
        "redemption, 1, redeemed",
        "reversal, -1, void",
        "reversal, 1, redeemed",
        "adjustment, -1, adjusted",
        "adjustment, 1, adjusted",
    })
    void a_card_is_moved_against_the_account_of_the_type(String type, long sign, String account) {
        assertThat(PostingAccounts.besideBalance(fact(type), sign)).isEqualTo(account);
    }

    @ParameterizedTest
    @CsvSource({"redemption, sold", "reversal, sold", "stocking, stock-in", "adjustment, stock-in"})
    void stock_is_moved_against_the_account_of_the_type(String type, String account) {
        assertThat(PostingAccounts.besideStock(fact(type))).isEqualTo(account);
    }

    @Test
    void a_type_without_an_account_is_never_guessed() {
        assertThatThrownBy(() -> PostingAccounts.besideBalance(fact(TransactionType.ISSUE.label()), -1))
                .isInstanceOf(JournalFault.class);
        assertThatThrownBy(() -> PostingAccounts.besideStock(fact("transfer"))).isInstanceOf(JournalFault.class);
    }

    private static Fact fact(String type) {
        JournalRecord record = new JournalRecord(1, new JournalEntry.Text("{}", "{}"));
        return new Fact(record, 1, type, "cl", new byte[16], new byte[16], null, null, List.of(), List.of());
    }
}
