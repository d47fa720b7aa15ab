package dev.counterfoil.loadtest.fuzz;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.counterfoil.loadtest.fuzz.Draft.Due;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/** What a gateway may answer, whatever it is sent. */
final class Oracle {
    private static final ObjectMapper JSON = new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);
    /** What needs no operation: OPTIONS (204) and refusals by the HTTP layer. */
    private static final Set<Integer> BY_HTTP = Set.of(204, 400, 404, 405, 408, 413, 414, 415, 417, 426, 431, 501, 505);
    /** Promised to have done nothing, but for the first. */
    private static final Set<String> BY_DESIGN =
            Set.of("outcome_unknown", "overloaded", "ledger_unavailable", "ledger_cold");
    /** What only the inside of a server is called. */
    private static final Pattern INSIDE = Pattern.compile(
            "\\bat [a-z]+(\\.[A-Za-z_$]+)+\\(|\\b(java|io\\.vertx|io\\.netty|io\\.lettuce|dev\\.counterfoil|org\\.postgresql|com\\.fasterxml)\\.[a-zA-Z]"
                    + "|\\w+Exception\\b|SQLSTATE|\\bERROR: |pgjdbc|\\bWRONGTYPE\\b|\\bNOSCRIPT\\b|\\bERR [a-z]|user_script|SELECT .+ FROM |INSERT INTO");

    /** What is the same for everybody: the contract, and the page that tries it. */
    private static final Pattern PAGES = Pattern.compile("(text|application)/(html|css|javascript|yaml)");

    private final Set<Integer> allowed = new TreeSet<>(BY_HTTP);

    Oracle(Contract contract) {
        contract.routes().forEach(route -> allowed.addAll(route.statuses()));
        boolean unused = allowed.removeIf(status -> status >= 500 && status != 503 && !BY_HTTP.contains(status));
    }

    /** What is wrong; each begins with a word that names its kind. Empty: nothing. */
    List<String> check(Exchange exchange) {
        List<String> findings = new ArrayList<>();
        Shot shot = exchange.shot();
        if (!exchange.fault().isEmpty()) {
            findings.add(exchange.fault());
        }
        if (shot.due() == Due.ANSWER && exchange.answers().isEmpty() && exchange.ended()) {
            findings.add("UNANSWERED: the connection ended without an answer");
        }
        if (exchange.answers().size() > shot.mostAnswers()) {
            findings.add("SMUGGLED: " + exchange.answers().size() + " answers to " + shot.mostAnswers()
                    + " requests: what was hidden in a body was read as a request");
        }
        for (int i = 0; i < exchange.answers().size(); i++) {
            check(shot, exchange.answers().get(i), i == shot.headAt(), findings);
        }
        return findings;
    }

    private void check(Shot shot, Answer answer, boolean head, List<String> findings) {
        int status = answer.status();
        if (!allowed.contains(status)) {
            findings.add("STATUS: " + status + " is no status that the contract knows");
        } else if (shot.keepsOperation()
                && shot.answers() == 1
                && !shot.route().statuses().contains(status)) {
            findings.add("UNDECLARED: " + status + " is not declared for " + shot.route());
        }
        if (shot.trespasses() && shot.mutations().isEmpty() && status < 400) {
            findings.add("TRESPASS: a key of another tenant was answered " + status);
        }
        String everything = answer.everything();
        for (String secret : shot.secrets()) {
            if (secret.length() >= 12 && tells(everything, secret)) {
                findings.add("SECRET: the answer holds a secret that was sent");
            }
        }
        if (!PAGES.matcher(answer.header("content-type")).lookingAt()
                && INSIDE.matcher(everything).find()) {
            findings.add("INSIDE: the answer tells of the server's inside");
        }
        if (status >= 400 && !head) {
            problem(shot, answer, findings);
        } else if (answer.header("content-type").startsWith("application/json") && !head) {
            JsonNode unused = json(answer, findings);
        }
    }

    /** As it was sent, or without its dashes, in either case. */
    private static boolean tells(String text, String secret) {
        return text.contains(secret)
                || text.replace("-", "")
                        .toUpperCase(Locale.ROOT)
                        .contains(secret.replace("-", "").toUpperCase(Locale.ROOT));
    }

    private static void problem(Shot shot, Answer answer, List<String> findings) {
        if (!answer.header("content-type").startsWith("application/problem+json")) {
            if (answer.body().length > 0 || answer.status() == 503) {
                findings.add("PROBLEM: " + answer.status() + " is of type \"" + answer.header("content-type") + "\"");
            }
            return;
        }
        JsonNode body = json(answer, findings);
        String code = body.path("code").asText();
        if (body.path("status").asInt() != answer.status()) {
            findings.add("PROBLEM: status " + body.path("status") + " in the answer with " + answer.status());
        }
        if (!code.matches("[a-z_]{3,60}")
                || body.path("request_id").asText().isEmpty()
                || !body.path("retryable").isBoolean()) {
            findings.add("PROBLEM: code, request_id or retryable is missing");
        }
        if (answer.status() == 503) {
            unavailable(shot, answer, body, code, findings);
        }
    }

    private static void unavailable(Shot shot, Answer answer, JsonNode body, String code, List<String> findings) {
        if (!BY_DESIGN.contains(code)) {
            findings.add("PROBLEM: 503 with code " + code);
        }
        if (!body.path("retryable").asBoolean() || answer.header("retry-after").isEmpty()) {
            findings.add("PROBLEM: 503 " + code + " that is not retryable, or says not when");
        }
        if (code.equals("outcome_unknown")
                && shot.keepsOperation()
                && !shot.route().movesValue()) {
            findings.add("PROBLEM: outcome_unknown of what moves no value");
        }
    }

    private static JsonNode json(Answer answer, List<String> findings) {
        try {
            return JSON.readTree(answer.body());
        } catch (IOException e) {
            findings.add("PROBLEM: the body is no JSON");
            return JSON.missingNode();
        }
    }
}
