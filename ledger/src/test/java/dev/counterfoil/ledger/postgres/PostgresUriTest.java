package dev.counterfoil.ledger.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PostgresUriTest {
    @Test
    void every_part_is_read_and_decoded() {
        PostgresUri uri = PostgresUri.of("postgresql://shop:p%40ss+word@db.example:6543/books?sslmode=require");
        assertThat(uri.jdbcUrl()).isEqualTo("jdbc:postgresql://db.example:6543/books");
        assertThat(uri.user()).isEqualTo("shop");
        assertThat(uri.password()).isEqualTo("p@ss+word");
        assertThat(uri.parameters()).containsExactly(Map.entry("sslmode", "require"));
        assertThat(PostgresUri.of("postgres://u@h/d").jdbcUrl()).isEqualTo("jdbc:postgresql://h:5432/d");
    }

    @Test
    void the_password_is_never_told() {
        assertThat(PostgresUri.of("postgresql://shop:hunter2@db:5432/books").toString())
                .isEqualTo("postgresql://db:5432/books");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "postgresql://shop:hunter2@db:5432",
                "postgresql://shop:hunter2@db/books/more",
                "postgresql://:hunter2@db/books",
                "mysql://shop:hunter2@db/books",
                "postgresql://shop:hunter2@db/books?user=hunter2x",
                "postgresql://shop:hunter2 @db/books",
                "postgresql:///books"
            })
    void a_malformed_uri_is_refused_without_its_password(String text) {
        assertThatThrownBy(() -> PostgresUri.of(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("postgres.uri")
                .hasMessageContaining("expected")
                .hasNoCause()
                .satisfies(e -> assertThat(e.getMessage()).doesNotContain("shop:hunter2"));
    }
}
