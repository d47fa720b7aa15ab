package dev.counterfoil.loadtest.fuzz;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Finds out which keys an operation admits, by asking: so that requests that mean it get past the scopes of any new one. */
final class Admission {
    private static final int UNAUTHENTICATED = 401;
    private static final int FORBIDDEN = 403;

    private final Contract contract;
    private final World world;
    private final Shots shots;
    private final Learner learner;

    Admission(Contract contract, World world, Shots shots, Learner learner) {
        this.contract = contract;
        this.world = world;
        this.shots = shots;
        this.learner = learner;
    }

    void find(Barrage barrage) throws IOException {
        // Below the index of every request, so that none has their keys.
        long index = -1;
        try (Gun gun = barrage.gun()) {
            for (Route route : contract.routes()) {
                List<String> admitted = new ArrayList<>();
                for (String key : world.keys()) {
                    Exchange exchange = gun.fire(shots.valid(route, key, index--));
                    learner.learn(exchange);
                    if (exchange.answers().stream()
                            .noneMatch(each -> each.status() == UNAUTHENTICATED || each.status() == FORBIDDEN)) {
                        admitted.add(key);
                    }
                }
                world.admits(route, admitted);
            }
        }
    }
}
