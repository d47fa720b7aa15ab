package dev.counterfoil.gateway.http;

import io.vertx.core.json.JsonObject;
import java.io.ByteArrayOutputStream;
import java.net.URLDecoder;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Flow;

/**
 * A request and its answer, held against the contract. An answer has to be the contract's, whatever was asked. A request has to be
 * where it was answered with success: what a test sends wrong on purpose is refused.
 */
final class Exchange {
    /** Headers that belong to HTTP and not to what is said by it, and those that every answer has for browsers and caches. */
    private static final Set<String> TRANSPORT = Set.of(
            "connection",
            "content-length",
            "content-type",
            "date",
            "transfer-encoding",
            "cache-control",
            "vary",
            "access-control-allow-origin",
            "access-control-expose-headers",
            "content-security-policy",
            "referrer-policy",
            "x-content-type-options");

    private final Contract contract = Contract.OPENAPI;
    private final HttpRequest request;
    private final HttpResponse<String> answer;
    private final String what;
    private final List<String> violations = new ArrayList<>();

    private Exchange(HttpResponse<String> answer) {
        this.request = answer.request();
        this.answer = answer;
        this.what = request.method() + " " + request.uri().getRawPath() + " " + answer.statusCode();
    }

    /** What of it the contract does not allow; empty when it is as it should be. */
    static List<String> violations(HttpResponse<String> answer) {
        Exchange exchange = new Exchange(answer);
        exchange.check();
        return exchange.violations;
    }

    private void check() {
        String template = contract.template(request.uri().getRawPath());
        if (template == null) {
            anywhere(answer.statusCode() == 404 ? "NotFound" : "Invalid");
            return;
        }
        String method = request.method().toLowerCase(Locale.ROOT);
        JsonObject item = contract.paths().getJsonObject(template);
        JsonObject operation = item.getJsonObject(method.equals("head") ? "get" : method);
        if (operation == null) {
            otherMethod();
            return;
        }
        JsonObject response = contract.resolved(operation.getJsonObject("responses"), "" + answer.statusCode());
        if (response == null) {
            violations.add(what + " is not in the contract: " + answer.body());
            return;
        }
        answered(response);
        if (answer.statusCode() < 300) {
            asked(template, operation);
        }
    }

    /** A path that is none of the contract's. */
    private void anywhere(String component) {
        JsonObject response = contract.components("responses").getJsonObject(component);
        if (answer.statusCode() == 404 || answer.statusCode() == 400) {
            answered(response);
        } else {
            violations.add(what + ": the contract has no such path");
        }
    }

    private void otherMethod() {
        if (request.method().equals("OPTIONS")) {
            if (answer.statusCode() != 204 || header(answer.headers(), "Allow") == null) {
                violations.add(what + " (expected: 204 with Allow)");
            }
            return;
        }
        JsonObject response = contract.resolved(contract.everyPath(), "" + answer.statusCode());
        if (response == null) {
            violations.add(what + ": the contract has no such method (expected: 405)");
        } else {
            answered(response);
        }
    }

    private void answered(JsonObject response) {
        headers(response.getJsonObject("headers", new JsonObject()));
        String type = mediaType(answer.headers());
        JsonObject media = response.getJsonObject("content").getJsonObject(type);
        if (media == null) {
            violations.add(what + " with " + type + " is not in the contract");
        } else if (!request.method().equals("HEAD")) {
            violations.addAll(contract.bodyViolations(what, type, media, answer.body(), true));
        }
    }

    private void headers(JsonObject documented) {
        Map<String, JsonObject> byName = new HashMap<>();
        documented
                .fieldNames()
                .forEach(name -> byName.put(name.toLowerCase(Locale.ROOT), contract.resolved(documented, name)));
        answer.headers().map().forEach((name, values) -> {
            JsonObject header = byName.get(name.toLowerCase(Locale.ROOT));
            if (header != null) {
                values.forEach(value -> violations.addAll(
                        contract.textViolations(what + " " + name, header.getJsonObject("schema"), value)));
            } else if (!TRANSPORT.contains(name.toLowerCase(Locale.ROOT))) {
                violations.add(what + ": the header " + name + " is not in the contract");
            }
        });
        byName.forEach((name, header) -> {
            if (header.getBoolean("required", false) && header(answer.headers(), name) == null) {
                violations.add(what + ": the header " + name + " is missing");
            }
        });
    }

    private void asked(String template, JsonObject operation) {
        Map<String, String> query = query();
        List<String> names = new ArrayList<>();
        for (JsonObject parameter : contract.parameters(template, operation)) {
            String name = parameter.getString("name");
            names.add(name);
            String value = switch (parameter.getString("in")) {
                case "path" -> pathPart(template, name);
                case "query" -> query.get(name);
                case "header" -> header(request.headers(), name);
                default -> throw new IllegalStateException("not understood: " + parameter);
            };
            if (value != null) {
                violations.addAll(contract.textViolations(what + " " + name, parameter.getJsonObject("schema"), value));
            } else if (parameter.getBoolean("required", false)) {
                violations.add(what + " was answered without " + name);
            }
        }
        query.keySet().stream()
                .filter(name -> !names.contains(name))
                .forEach(name -> violations.add(what + ": the parameter " + name + " is not in the contract"));
        body(operation.getJsonObject("requestBody"));
    }

    private void body(JsonObject documented) {
        String body = sentBody();
        if (body.isEmpty()) {
            if (documented != null && documented.getBoolean("required", false)) {
                violations.add(what + " was answered without a body");
            }
            return;
        }
        if (documented == null) {
            violations.add(what + ": the contract has no body here");
            return;
        }
        String type = mediaType(request.headers());
        JsonObject media = documented.getJsonObject("content").getJsonObject(type);
        if (media == null) {
            violations.add(what + ": a body of " + type + " is not in the contract");
        } else {
            violations.addAll(contract.bodyViolations(what + " request", type, media, body, false));
        }
    }

    private String pathPart(String template, String name) {
        String[] names = template.split("/");
        String[] parts = request.uri().getRawPath().split("/");
        for (int i = 0; i < names.length; i++) {
            if (names[i].equals("{" + name + "}")) {
                return decoded(parts[i].replace("+", "%2B"));
            }
        }
        throw new IllegalStateException(template + " has no {" + name + "}");
    }

    private Map<String, String> query() {
        Map<String, String> query = new LinkedHashMap<>();
        String raw = request.uri().getRawQuery();
        for (String part : raw == null || raw.isEmpty() ? new String[0] : raw.split("&")) {
            int equals = part.indexOf('=');
            query.put(decoded(part.substring(0, equals)), decoded(part.substring(equals + 1)));
        }
        return query;
    }

    private static String decoded(String text) {
        return URLDecoder.decode(text, StandardCharsets.UTF_8);
    }

    private static String header(HttpHeaders headers, String name) {
        return headers.firstValue(name).orElse(null);
    }

    private static String mediaType(HttpHeaders headers) {
        return headers.firstValue("Content-Type")
                .orElse("")
                .replaceAll(";.*", "")
                .strip();
    }

    /** What the request's publisher gives to whoever subscribes, as the client did. */
    private String sentBody() {
        ByteArrayOutputStream sent = new ByteArrayOutputStream();
        request.bodyPublisher()
                .ifPresent(publisher -> publisher.subscribe(new Flow.Subscriber<>() {
                    @Override
                    public void onSubscribe(Flow.Subscription subscription) {
                        subscription.request(Long.MAX_VALUE);
                    }

                    @Override
                    public void onNext(ByteBuffer bytes) {
                        while (bytes.hasRemaining()) {
                            sent.write(bytes.get());
                        }
                    }

                    @Override
                    public void onError(Throwable failure) {
                        throw new IllegalStateException(failure);
                    }

                    @Override
                    public void onComplete() {}
                }));
        return sent.toString(StandardCharsets.UTF_8);
    }
}
