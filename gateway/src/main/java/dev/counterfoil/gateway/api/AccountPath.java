package dev.counterfoil.gateway.api;

import dev.counterfoil.gateway.http.Call;
import dev.counterfoil.gateway.http.Problem;
import dev.counterfoil.gateway.http.Rejection;

/** The account that a path names. */
final class AccountPath {
    private AccountPath() {}

    static String id(Call call) {
        String id = call.path("id");
        RedemptionFields.ACCOUNT.fault(id).ifPresent(fault -> {
            throw new Rejection(Problem.invalid("{id}", fault));
        });
        return id;
    }
}
