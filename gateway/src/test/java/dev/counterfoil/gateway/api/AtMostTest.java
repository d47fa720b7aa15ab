package dev.counterfoil.gateway.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.counterfoil.gateway.http.ProblemCode;
import dev.counterfoil.gateway.http.Rejection;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import org.junit.jupiter.api.Test;

class AtMostTest {
    @Test
    void what_is_beyond_it_is_not_asked_until_another_was_answered_however_it_was() {
        AtMost two = new AtMost(2);
        Promise<String> first = Promise.promise();
        Promise<String> second = Promise.promise();
        Future<String> answered = two.ask(first::future);
        Future<String> failed = two.ask(second::future);
        for (int i = 0; i < 3; i++) {
            Future<String> beyond = two.ask(() -> {
                throw new AssertionError("asked");
            });
            assertThat(((Rejection) beyond.cause()).problem().code()).isEqualTo(ProblemCode.OVERLOADED);
        }
        first.complete("yes");
        assertThat(answered.result()).isEqualTo("yes");
        second.fail("no answer");
        assertThat(failed.failed()).isTrue();
        assertThat(two.ask(Promise.<String>promise()::future).failed()).isFalse();
        assertThat(two.ask(Promise.<String>promise()::future).failed()).isFalse();
        assertThat(two.ask(Promise.<String>promise()::future).failed()).isTrue();
    }
}
