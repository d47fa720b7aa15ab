package dev.counterfoil.ledger.catalog;

/** What came of a change of the catalog. */
public sealed interface CatalogChange<T> {
    /**
     * The catalog holds {@code value} now.
     *
     * @param created whether it is new; false when it replaced one, or equals what was there
     */
    record Applied<T>(T value, boolean created) implements CatalogChange<T> {}

    /** Nothing was changed. {@code pointer} names the field to blame, {@code detail} is safe to show. */
    record Declined<T>(Reason reason, String pointer, String detail) implements CatalogChange<T> {}

    /** Why a change was declined. */
    enum Reason {
        /** There is no such program. */
        PROGRAM_UNKNOWN,
        /** Another program has this id. */
        PROGRAM_TAKEN,
        /** The field may not change any more: face value and asset of a card type, kind of an item, mode of a program. */
        FIELD_FIXED,
        /** The asset is none of the program's. */
        ASSET_UNKNOWN,
        /** A program keeps the assets that it has. */
        ASSET_REMOVED,
        /** The program has as many as it may have. */
        TOO_MANY
    }
}
