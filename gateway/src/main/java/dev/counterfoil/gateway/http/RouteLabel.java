package dev.counterfoil.gateway.http;

/**
 * What logs and metrics call a route: its template, so that no path, and nothing a caller put into one, gets there.
 *
 * @param method one of the API's, or OTHER
 */
record RouteLabel(String method, String template) {
    /** Paths that match nothing. */
    static final RouteLabel UNKNOWN = new RouteLabel("OTHER", "unknown");

    /** What is not HTTP. */
    static final RouteLabel MALFORMED = new RouteLabel("OTHER", "malformed");
}
