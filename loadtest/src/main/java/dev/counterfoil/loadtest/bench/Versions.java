package dev.counterfoil.loadtest.bench;

/**
 * What was measured on.
 *
 * @param redis version and allocator
 * @param processors that gateway, servers and load generator share
 */
record Versions(String java, String redis, String postgresql, int processors) {}
