package dev.counterfoil.loadtest.auditor;

/** What the auditor checks, in the order of its report. */
enum Check {
    COMPLETE("the cell is the one of the books, and settled to its sequence"),
    SEQUENCE("sequence has no gap and no repeat"),
    ARITHMETIC("each result follows from what stood before"),
    JOURNAL("journal = PostgreSQL, byte for byte"),
    COLUMNS("columns follow from data and result"),
    POSTINGS("postings follow from data and result"),
    KEYS("one key posts once"),
    RECORDS("records of keys = transactions"),
    CARDS_IN_REDIS("cards in Redis = issued less postings"),
    CARDS_IN_POSTGRESQL("cards in PostgreSQL = issued less postings"),
    ACCOUNTS("accounts in both stores = sum of their legs"),
    VALUE("issued = balances + held + redeemed + void + adjusted + expired"),
    STOCK("stocked less sold = units in both stores"),
    CODES("code pools in both stores; each code delivered once"),
    QUOTAS("quotas = sum of their legs"),
    HOLDS("holds end once and in time; never more returns than was taken"),
    NEGATIVE("nothing is negative"),
    READABLE("every key of the cell is known and well formed");

    private final String title;

    Check(String title) {
        this.title = title;
    }

    String title() {
        return title;
    }
}
