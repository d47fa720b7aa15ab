package dev.counterfoil.loadtest.fuzz;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.counterfoil.loadtest.stack.Gateway;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Makes the keys that are not in the demo's file, with the program's own commands: only those make issuers. */
final class Guests {
    static final String SHOP = "https://fuzz.example";
    private static final String RIVAL = "fz-rival";
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Gateway gateway;
    private final String program;

    private Guests(Gateway gateway, String program) {
        this.gateway = gateway;
        this.program = program;
    }

    /** Keys for two kinds of pages of {@code program}, and of another tenant with a program of its own. */
    static List<Guest> prepare(Gateway gateway, String program, String issuer)
            throws IOException, InterruptedException {
        return new Guests(gateway, program).make(issuer);
    }

    private List<Guest> make(String issuer) throws IOException, InterruptedException {
        List<Guest> guests = new ArrayList<>();
        JsonNode app = made(
                "keys",
                "create",
                "--issuer",
                issuer,
                "--client",
                "fuzz",
                "--kind",
                "publishable",
                "--scopes",
                "redeem,lookup,catalog:read");
        JsonNode signing = made(
                "keys",
                "signing",
                "create",
                "--client",
                app.path("client").asText(),
                "--use",
                "account_token",
                "--algorithm",
                "hmac-sha256");
        guests.add(new Guest(
                app.path("key").asText(),
                app.path("client").asText(),
                program,
                true,
                "",
                signing.path("id").asText(),
                signing.path("secret").asText()));
        JsonNode page = made(
                "keys",
                "create",
                "--issuer",
                issuer,
                "--client",
                "fuzz-page",
                "--kind",
                "publishable",
                "--scopes",
                "redeem,lookup,catalog:read",
                "--allowed-origins",
                SHOP);
        guests.add(new Guest(page.path("key").asText(), page.path("client").asText(), program, true, SHOP, "", ""));
        List<String> unused = gateway.command(
                List.of("programs", "create", "--id", RIVAL, "--issuer", RIVAL, "--zone", "UTC", "--assets", "CNY"));
        JsonNode rival = made(
                "keys",
                "create",
                "--issuer",
                RIVAL,
                "--client",
                "rival",
                "--scopes",
                "redeem,lookup,activate,reverse,issue,catalog,adjust,read,admin");
        guests.add(new Guest(rival.path("key").asText(), rival.path("client").asText(), RIVAL, false, "", "", ""));
        return guests;
    }

    private JsonNode made(String... arguments) throws IOException, InterruptedException {
        List<String> all = new ArrayList<>(List.of(arguments));
        all.add("--json");
        return JSON.readTree(gateway.command(all).get(0));
    }
}
