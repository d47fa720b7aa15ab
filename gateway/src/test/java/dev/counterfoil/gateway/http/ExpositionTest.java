package dev.counterfoil.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class ExpositionTest {
    @Test
    void a_fault_of_the_metrics_is_found() {
        assertThat(new Exposition("""
                # TYPE a_seconds gauge
                a_seconds 1
                # HELP things_total of b
                # TYPE things_total gauge
                things_total 1
                # HELP c_ms of c
                # TYPE c_ms gauge
                c_ms 1
                c_ms 2
                # HELP things of d
                # TYPE things counter
                things 1
                # HELP events_count of e
                # TYPE events_count gauge
                events_count 1
                """).faults())
                .hasSize(6)
                .extracting(fault -> fault.substring(0, fault.indexOf(':')))
                .containsExactlyInAnyOrderElementsOf(
                        List.of("c_ms 2", "a_seconds", "things_total", "c_ms", "things", "events_count"));
    }
}
