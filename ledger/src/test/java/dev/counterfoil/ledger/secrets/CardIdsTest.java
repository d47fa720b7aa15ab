package dev.counterfoil.ledger.secrets;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

class CardIdsTest {
    private static final String SECRET = "7KQ4M2XW9TPAH5RCP";
    private static final CardIds IDS = new CardIds(Pepper.of(List.of(PepperTest.FIRST, PepperTest.SECOND)));

    @Test
    void ids_are_the_published_hash_under_each_pepper_newest_first() {
        assertThat(IDS.idsOf("demo", "7KQ4M2XW9TPAH5RCZ"))
                .containsExactly("c9XIrcDbGyGEiDnV2w4Q9g", "9SxKnvi-ymQn7c4_0XI6VQ");
    }

    @Test
    void an_imported_card_is_found_with_its_number_or_without() {
        assertThat(IDS.importedIds("demo", null, "7KQ4M2XW9TPAH5RCZ"))
                .containsExactly("c9XIrcDbGyGEiDnV2w4Q9g", "9SxKnvi-ymQn7c4_0XI6VQ");
        assertThat(IDS.importedIds("demo", "1000000000000042", "7KQ4M2XW9TPAH5RCZ"))
                .as("the new one first, then what older peppers would have made")
                .containsExactly("A9aNMuw7CQamVRjlNRHGWg", "6F6WbzllbJD9MZsLblBHHA");
    }

    @Test
    void a_new_card_is_found_by_its_secret_alone_and_after_a_pepper_was_added() {
        String before = new CardIds(Pepper.of(List.of(PepperTest.SECOND))).newId("demo", "7KQ4M2XW9TPAH5RCZ");
        assertThat(IDS.idsOf("demo", "7KQ4M2XW9TPAH5RCZ")).contains(before);
        assertThat(IDS.newId("demo", "7KQ4M2XW9TPAH5RCZ")).isEqualTo("c9XIrcDbGyGEiDnV2w4Q9g");
    }

    @Test
    void one_secret_in_two_programs_is_two_cards() {
        assertThat(IDS.newId("demo", SECRET)).isNotEqualTo(IDS.newId("demo2", SECRET));
    }

    @Test
    void a_zero_byte_cannot_move_text_from_one_part_to_another() {
        assertThatThrownBy(() -> IDS.newId("demo\0", SECRET)).isInstanceOf(IllegalArgumentException.class);
        assertThat(IDS.newId("demo", "7KQ4M2XW9TPAH5RCZ")).isEqualTo("c9XIrcDbGyGEiDnV2w4Q9g");
    }

    @Test
    void threads_do_not_disturb_each_other() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try {
            List<Callable<Boolean>> tasks = new ArrayList<>();
            for (int t = 0; t < 8; t++) {
                String secret = "secret" + t;
                String expected = IDS.newId("demo", secret);
                tasks.add(() -> {
                    boolean same = true;
                    for (int i = 0; i < 2_000; i++) {
                        same &= IDS.newId("demo", secret).equals(expected);
                    }
                    return same;
                });
            }
            for (Future<Boolean> same : threads.invokeAll(tasks)) {
                assertThat(same.get()).isTrue();
            }
        } finally {
            threads.shutdownNow();
        }
    }
}
