package dev.counterfoil.loadtest.crash;

import dev.counterfoil.loadtest.crash.Link.State;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What a round breaks. */
enum Fault {
    KILL_GATEWAY("one gateway"),
    KILL_GATEWAYS("both gateways"),
    KILL_GATEWAY_TWICE("one gateway"),
    KILL_REDIS("Redis"),
    KILL_POSTGRESQL("PostgreSQL"),
    KILL_ALL("everything"),
    STOP_REDIS("Redis"),
    STOP_POSTGRESQL("PostgreSQL"),
    CUT_REDIS("network to Redis"),
    CUT_POSTGRESQL("network to PostgreSQL"),
    SILENCE_REDIS("network to Redis"),
    SILENCE_POSTGRESQL("network to PostgreSQL"),
    LOSE_ANSWERS_OF_REDIS("network to Redis"),
    LOSE_ANSWERS_OF_POSTGRESQL("network to PostgreSQL"),
    POWER_LOSS_OF_REDIS("Redis"),
    POWER_LOSS_OF_ALL("everything"),
    FILL_DISK_OF_REDIS("Redis"),
    FILL_DISK_OF_POSTGRESQL("PostgreSQL");

    /** What a fault must leave alone. */
    enum Spared {
        NOTHING,
        /** Nothing waits for PostgreSQL. */
        REDEMPTIONS,
        /** The other gateway takes over. */
        REDEMPTIONS_AND_SETTLEMENT
    }

    private final String part;

    Fault(String part) {
        this.part = part;
    }

    String part() {
        return part;
    }

    /** {@code kill-redis}: how it is named on the command line. */
    String label() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** Whether it lasts as long as it is drawn to; what was killed is soon started again. */
    boolean lasts() {
        return switch (this) {
            case STOP_REDIS,
                    STOP_POSTGRESQL,
                    CUT_REDIS,
                    CUT_POSTGRESQL,
                    SILENCE_REDIS,
                    SILENCE_POSTGRESQL,
                    LOSE_ANSWERS_OF_REDIS,
                    LOSE_ANSWERS_OF_POSTGRESQL,
                    FILL_DISK_OF_POSTGRESQL -> true;
            default -> false;
        };
    }

    /** What has to go on while it lasts. */
    Spared spares() {
        return switch (this) {
            case KILL_GATEWAY, KILL_GATEWAY_TWICE -> Spared.REDEMPTIONS_AND_SETTLEMENT;
            case KILL_POSTGRESQL,
                    STOP_POSTGRESQL,
                    CUT_POSTGRESQL,
                    SILENCE_POSTGRESQL,
                    LOSE_ANSWERS_OF_POSTGRESQL,
                    FILL_DISK_OF_POSTGRESQL -> Spared.REDEMPTIONS;
            default -> Spared.NOTHING;
        };
    }

    boolean isPowerLoss() {
        return this == POWER_LOSS_OF_REDIS || this == POWER_LOSS_OF_ALL;
    }

    private boolean isFullDisk() {
        return this == FILL_DISK_OF_REDIS || this == FILL_DISK_OF_POSTGRESQL;
    }

    /** @throws IllegalArgumentException that names what there is */
    static Fault of(String label) {
        for (Fault fault : values()) {
            if (fault.label().equals(label)) {
                return fault;
            }
        }
        List<String> known = new ArrayList<>();
        for (Fault fault : values()) {
            known.add(fault.label());
        }
        throw new IllegalArgumentException("faults: " + label + " (expected: " + String.join(", ", known) + ")");
    }

    /** Those that this machine can play. */
    static List<Fault> possible() {
        List<Fault> possible = new ArrayList<>(List.of(values()));
        possible.removeIf(fault -> fault.isPowerLoss() && !Tracer.isPossible());
        possible.removeIf(fault -> fault.isFullDisk() && !Tracer.canFail());
        return possible;
    }

    /** Breaks it. Returns once it is broken; fails when it would not break. */
    void strike(Scene scene) throws IOException, InterruptedException {
        switch (this) {
            case KILL_GATEWAY, KILL_GATEWAY_TWICE -> scene.kill(scene.gateway());
            case KILL_GATEWAYS -> scene.kill(scene.gateways());
            case KILL_REDIS -> scene.kill(scene.redis());
            case KILL_POSTGRESQL -> scene.kill(scene.postgresql());
            case KILL_ALL -> scene.killAll();
            case STOP_REDIS -> scene.redis().process().pause();
            case STOP_POSTGRESQL -> scene.postgresql().process().pause();
            case CUT_REDIS -> scene.network(scene.toRedis(), State.CUT);
            case CUT_POSTGRESQL -> scene.network(scene.toPostgresql(), State.CUT);
            case SILENCE_REDIS -> scene.network(scene.toRedis(), State.SILENT);
            case SILENCE_POSTGRESQL -> scene.network(scene.toPostgresql(), State.SILENT);
            case LOSE_ANSWERS_OF_REDIS -> scene.network(scene.toRedis(), State.DEAF);
            case LOSE_ANSWERS_OF_POSTGRESQL -> scene.network(scene.toPostgresql(), State.DEAF);
            case POWER_LOSS_OF_REDIS -> scene.powerLoss(false);
            case POWER_LOSS_OF_ALL -> scene.powerLoss(true);
            case FILL_DISK_OF_REDIS -> scene.fillDiskOfRedis();
            case FILL_DISK_OF_POSTGRESQL -> scene.fillDiskOfPostgresql();
        }
    }

    /** Ends it: starts again what was killed and waits for servers, wakes what was stopped, opens the network. */
    void lift(Scene scene) throws IOException, InterruptedException {
        switch (this) {
            case KILL_GATEWAY, KILL_GATEWAYS -> scene.restartDead();
            case KILL_GATEWAY_TWICE -> scene.restartAndKillAgain();
            case KILL_REDIS, KILL_POSTGRESQL, KILL_ALL, POWER_LOSS_OF_REDIS, POWER_LOSS_OF_ALL, FILL_DISK_OF_REDIS ->
                scene.restartDead();
            case FILL_DISK_OF_POSTGRESQL -> scene.freeDiskOfPostgresql();
            case STOP_REDIS -> scene.redis().process().resume();
            case STOP_POSTGRESQL -> scene.postgresql().process().resume();
            case CUT_REDIS, SILENCE_REDIS, LOSE_ANSWERS_OF_REDIS -> scene.mend(scene.toRedis());
            case CUT_POSTGRESQL, SILENCE_POSTGRESQL, LOSE_ANSWERS_OF_POSTGRESQL -> scene.mend(scene.toPostgresql());
        }
    }
}
