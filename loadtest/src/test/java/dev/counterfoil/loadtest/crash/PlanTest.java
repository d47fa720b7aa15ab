package dev.counterfoil.loadtest.crash;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

class PlanTest {
    private static final List<Fault> ALL = List.of(Fault.values());

    @Test
    void a_seed_draws_the_same_rounds() {
        assertThat(Plan.draw(ALL, 40, 7)).isEqualTo(Plan.draw(ALL, 40, 7)).isNotEqualTo(Plan.draw(ALL, 40, 8));
    }

    @Test
    void every_fault_comes_equally_often() {
        List<Fault> drawn = Plan.draw(ALL, 3 * ALL.size(), 7);

        assertThat(ALL)
                .allSatisfy(
                        fault -> assertThat(Collections.frequency(drawn, fault)).isEqualTo(3));
    }

    @Test
    void a_fault_is_found_by_its_label_and_another_word_is_told_what_there_is() {
        assertThat(ALL).allSatisfy(fault -> assertThat(Fault.of(fault.label())).isEqualTo(fault));
        assertThatThrownBy(() -> Fault.of("kill-everybody")).hasMessageContaining("kill-redis");
    }
}
