package dev.counterfoil.ledger.redis;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class MemoryUseTest {
    @Test
    void it_is_beyond_the_soft_limit_from_86_percent_on_and_never_without_a_limit() {
        assertThat(MemoryUse.isBeyondSoftLimit(info(85, 100, 0))).isFalse();
        assertThat(MemoryUse.isBeyondSoftLimit(info(86, 100, 0))).isTrue();
        assertThat(MemoryUse.isBeyondSoftLimit(info(90, 100, 5)))
                .as("buffers do not count")
                .isFalse();
        assertThat(MemoryUse.isBeyondSoftLimit(info(1_000, 0, 0))).isFalse();
        assertThat(MemoryUse.isBeyondSoftLimit("")).isFalse();
    }

    private static String info(long used, long most, long notCounted) {
        return "# Memory\r\nused_memory:" + used + "\r\nused_memory_human:1K\r\nmaxmemory:" + most
                + "\r\nmaxmemory_human:1K\r\nmem_not_counted_for_evict:" + notCounted + "\r\n";
    }
}
