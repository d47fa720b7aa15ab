package dev.counterfoil.gateway.http;

import dev.counterfoil.gateway.http.Problem.FieldError;
import java.util.ArrayList;
import java.util.List;

/** What was found wrong while a request was read; at most 20, so that a bad request has no large answer. */
final class FieldErrors {
    private static final int MOST = 20;

    private final List<FieldError> errors = new ArrayList<>();

    void add(String pointer, String detail) {
        if (errors.size() < MOST) {
            errors.add(new FieldError(pointer, detail));
        }
    }

    int size() {
        return errors.size();
    }

    boolean isEmpty() {
        return errors.isEmpty();
    }

    Rejection rejection() {
        return new Rejection(Problem.invalid(errors));
    }
}
