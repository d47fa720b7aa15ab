package dev.counterfoil.loadtest.fuzz;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;

/** Reads out of answers what later requests may ask for, and what must never be told again. */
final class Learner {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final World world;

    Learner(World world) {
        this.world = world;
    }

    void learn(Exchange exchange) {
        Shot shot = exchange.shot();
        if (shot.answers() != 1 || !shot.keepsOperation()) {
            return;
        }
        for (Answer answer : exchange.answers()) {
            if (answer.status() < 300) {
                learn(shot.route(), answer);
            }
        }
    }

    private void learn(Route route, Answer answer) {
        String type = answer.header("content-type");
        try {
            if (type.startsWith("application/json")) {
                JsonNode body = JSON.readTree(answer.body());
                ids(route, body);
                body.path("data").forEach(each -> ids(route, each));
                secrets(body);
            } else if (type.contains("ndjson")) {
                for (String line : answer.text().split("\n")) {
                    JsonNode card = JSON.readTree(line);
                    secrets(card);
                    if (card.path("batch").isTextual()) {
                        world.learn(route.answers(), card.path("batch").textValue());
                    }
                }
            }
        } catch (JsonProcessingException e) {
            // The oracle says so.
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void ids(Route route, JsonNode object) {
        String id = object.path("id").asText();
        // No key that this run needs may be revoked.
        if (!id.isEmpty() && !world.needs(id)) {
            world.learn(route.answers(), id);
        }
    }

    private void secrets(JsonNode object) {
        for (String name : new String[] {"secret", "key"}) {
            String secret = object.path(name).asText();
            if (secret.length() >= 12) {
                world.keepFromSight(secret);
            }
        }
    }
}
