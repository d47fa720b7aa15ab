package dev.counterfoil.gateway.logs;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.joran.JoranConfigurator;
import ch.qos.logback.core.joran.spi.JoranException;
import dev.counterfoil.gateway.settings.LogsSettings;
import dev.counterfoil.gateway.settings.LogsSettings.Format;
import dev.counterfoil.gateway.settings.LogsSettings.Level;
import io.vertx.core.json.JsonObject;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class LogsTest {
    /** The process has one log, and tests after this one want their own again. */
    @AfterEach
    void as_it_was() throws JoranException {
        LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
        context.reset();
        JoranConfigurator configurator = new JoranConfigurator();
        configurator.setContext(context);
        configurator.doConfigure(LogsTest.class.getResource("/logback-test.xml"));
    }

    @Test
    void json_is_one_flat_object_a_line() {
        String[] lines = captured(new LogsSettings(Format.JSON, Level.INFO, true), () -> {
            LoggerFactory.getLogger(Logs.ACCESS)
                    .atInfo()
                    .addKeyValue("status", 201)
                    .addKeyValue("route", "/v1/\"x\"\n")
                    .log("request");
            LoggerFactory.getLogger("a").warn("value {}", 5, new IllegalStateException("why"));
        });
        assertThat(lines).hasSize(2);
        JsonObject access = new JsonObject(lines[0]);
        assertThat(access.getInteger("status")).isEqualTo(201);
        assertThat(access.getString("route")).isEqualTo("/v1/\"x\"\n");
        assertThat(access.getString("message")).isEqualTo("request");
        assertThat(access.getString("level")).isEqualTo("INFO");
        assertThat(access.getLong("timestamp")).isPositive();
        assertThat(access.containsKey("throwable")).isFalse();
        JsonObject warning = new JsonObject(lines[1]);
        assertThat(warning.getString("message")).isEqualTo("value 5");
        assertThat(warning.getJsonObject("throwable").getString("message")).isEqualTo("why");
    }

    @Test
    void text_is_a_line_that_values_cannot_break() {
        String[] lines = captured(new LogsSettings(Format.TEXT, Level.INFO, true), () -> {
            LoggerFactory.getLogger("dev.Some")
                    .atInfo()
                    .addKeyValue("status", 201)
                    .log("request {}", "a\r\nb");
            LoggerFactory.getLogger("dev.Some").info("plain");
        });
        assertThat(lines[0]).matches("\\S+T\\S+ INFO  Some: request a  b status=201");
        assertThat(lines[1]).endsWith("Some: plain");
    }

    @Test
    void a_stack_trace_follows_its_line() {
        String[] lines = captured(
                new LogsSettings(Format.TEXT, Level.INFO, true),
                () -> LoggerFactory.getLogger("dev.Some").error("failed", new IllegalStateException("why")));
        assertThat(lines[0]).endsWith("ERROR Some: failed");
        assertThat(lines[1]).isEqualTo("java.lang.IllegalStateException: why");
        assertThat(lines[2]).startsWith("\tat ");
    }

    @Test
    void warnings_are_kept_when_lines_come_faster_than_they_are_written() {
        String[] lines = captured(new LogsSettings(Format.TEXT, Level.INFO, true), () -> {
            for (int i = 0; i < 200_000; i++) {
                LoggerFactory.getLogger("dev.Some").info("line");
                if (i % 1_000 == 0) {
                    LoggerFactory.getLogger("dev.Some").warn("warning {}", i);
                }
            }
        });
        assertThat(Arrays.stream(lines).filter(line -> line.contains("warning")))
                .hasSize(200);
    }

    @Test
    void libraries_and_lower_levels_are_quiet_and_access_lines_can_be_off() {
        String[] lines = captured(new LogsSettings(Format.TEXT, Level.INFO, false), () -> {
            LoggerFactory.getLogger("io.lettuce.core").info("reconnecting");
            LoggerFactory.getLogger("org.flywaydb.core").info("migrated");
            LoggerFactory.getLogger("dev.counterfoil.x").debug("detail");
            LoggerFactory.getLogger(Logs.ACCESS).info("request");
            LoggerFactory.getLogger("io.netty.x").warn("seen");
        });
        assertThat(lines).singleElement().asString().contains("seen");
    }

    private static String[] captured(LogsSettings settings, Runnable logging) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        Logs.to(bytes, settings);
        logging.run();
        Logs.flush();
        return bytes.toString(StandardCharsets.UTF_8).split("\n");
    }
}
