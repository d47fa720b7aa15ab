package dev.counterfoil.loadtest.fuzz;

import java.util.List;

/**
 * What came of a request.
 *
 * @param ended whether the server ended the connection
 * @param fault why what came is no answer, or that none came in time; empty: nothing of the kind
 * @param nanos from the first byte sent to the last answer read, or to the end
 */
record Exchange(Shot shot, List<Answer> answers, boolean ended, String fault, long nanos) {}
