package dev.counterfoil.loadtest.fuzz;

import dev.counterfoil.loadtest.fuzz.Draft.Due;
import dev.counterfoil.loadtest.fuzz.Draft.Ending;
import dev.counterfoil.loadtest.fuzz.Mutation.Kind;
import java.util.List;

/**
 * A request as it is sent.
 *
 * @param mutations that made it, in their order
 * @param left out of what its index draws, by place; empty but where a failure is made smaller
 * @param bytes all of them, on one connection
 * @param headAt which answer, from 0, is one to HEAD and has no body; -1: none
 * @param secrets that no answer may hold
 */
record Shot(
        long index,
        Route route,
        List<Mutation> mutations,
        List<Integer> left,
        byte[] bytes,
        int pieces,
        int headAt,
        int answers,
        int mostAnswers,
        Due due,
        Ending ending,
        List<String> secrets,
        boolean trespasses) {

    /** What the table counts it by. */
    Kind kind() {
        return mutations.isEmpty() ? Kind.NONE : mutations.get(0).kind();
    }

    boolean keepsOperation() {
        return mutations.stream().allMatch(each -> each.kind().keepsOperation());
    }

    /** Whether more may come than is due. */
    boolean lingers() {
        return due == Due.PATIENCE || mostAnswers > 1;
    }

    String label() {
        return route + (mutations.isEmpty() ? "" : " with " + mutations);
    }
}
