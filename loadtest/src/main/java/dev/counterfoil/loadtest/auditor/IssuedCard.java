package dev.counterfoil.loadtest.auditor;

/** A card and how it came into being. */
record IssuedCard(Card card, long face, String batch, long issuedSequence) {
    IssuedCard with(Card moved) {
        return new IssuedCard(moved, face, batch, issuedSequence);
    }
}
