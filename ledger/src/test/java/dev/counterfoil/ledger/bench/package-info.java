/** Measures the ledger without HTTP. Not a test: run by hand, see CONTRIBUTING.md. */
package dev.counterfoil.ledger.bench;
