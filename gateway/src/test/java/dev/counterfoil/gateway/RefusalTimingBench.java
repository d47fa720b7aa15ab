package dev.counterfoil.gateway;

import dev.counterfoil.ledger.secrets.SecretFormat;
import io.vertx.core.json.JsonObject;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Supplier;

/**
 * Can a clock tell what the answer does not? Refusals of two kinds are asked for in random order over one connection with a
 * publishable key; the area under the curve of a classifier that knows only how long each took is 0.5 where it learns nothing. Run by hand,
 * see {@code CONTRIBUTING.md}; not a test.
 */
public final class RefusalTimingBench implements AutoCloseable {
    private static final int WARM_UP = 3_000;
    private static final int CARDS = 1_000;

    private final SecureRandom random = new SecureRandom();
    private final Random coin = new Random();
    private final TwoGateways gateways = new TwoGateways(
            Map.of("COUNTERFOIL_HTTP_TRUSTED_PROXIES", "127.0.0.1", "COUNTERFOIL_LIMITS_PUBLISHABLE_KEY_RATE", "off"));
    private final String page;
    private final Socket socket;
    private final InputStream in;
    private final OutputStream out;

    private RefusalTimingBench() throws IOException, InterruptedException {
        gateways.item("crab", new JsonObject().put("CNY", 100), 1_000, new JsonObject());
        gateways.item("yacht", new JsonObject().put("CNY", 100_000_000), 1_000, new JsonObject());
        page = gateways.newKey("publishable");
        String admin = gateways.command("keys", "create", "--issuer", "acme", "--client", "o", "--scopes", "admin")
                .lines()
                .get(0);
        // Until both gateways have read the keys.
        Thread.sleep(2_000);
        JsonObject limits = new JsonObject().put("failures_daily", 100_000);
        int status =
                gateways.patch(admin, new JsonObject().put("limits", limits)).status();
        if (status != 200) {
            throw new IllegalStateException("budget: " + status);
        }
        socket = new Socket(InetAddress.getLoopbackAddress(), gateways.port(0));
        socket.setTcpNoDelay(true);
        in = new BufferedInputStream(socket.getInputStream(), 65_536);
        out = socket.getOutputStream();
    }

    /** @param args samples of each comparison, 10000 by default */
    public static void main(String[] args) throws Exception {
        int samples = args.length == 0 ? 10_000 : Integer.parseInt(args[0]);
        try (RefusalTimingBench bench = new RefusalTimingBench()) {
            List<String> inactive = bench.inactive();
            List<String> active = bench.gateways.cards(CARDS);
            Supplier<String> unknown = bench::unknown;
            bench.compare("redemption: unknown, unknown", samples, "crab", unknown, unknown);
            bench.compare("redemption: unknown, inactive", samples, "crab", unknown, bench.oneOf(inactive));
            bench.compare("redemption: unknown, too little on it", samples, "yacht", unknown, bench.oneOf(active));
            bench.compare("look-up: unknown, inactive", samples, null, unknown, bench.oneOf(inactive));
            // What is done after an answer delays the next.
            bench.compare(
                    "look-up after the same one",
                    samples,
                    null,
                    bench.asked(unknown),
                    bench.asked(bench.oneOf(inactive)));
        }
        System.exit(0);
    }

    private List<String> inactive() {
        JsonObject batch =
                new JsonObject().put("card_type", "gift").put("count", CARDS).put("state", "inactive");
        return gateways.post(0, "/batches", RunningGateway.key(), batch)
                .join()
                .text()
                .lines()
                .map(JsonObject::new)
                .filter(line -> line.containsKey("secret"))
                .map(line -> line.getString("secret"))
                .toList();
    }

    private String unknown() {
        return SecretFormat.print(SecretFormat.CROCKFORD.make(random));
    }

    private Supplier<String> oneOf(List<String> secrets) {
        return () -> secrets.get(random.nextInt(secrets.size()));
    }

    private Supplier<String> asked(Supplier<String> secrets) {
        return () -> {
            String secret = secrets.get();
            try {
                out.write(request(null, secret));
                String unused = answer();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            return secret;
        };
    }

    private void compare(String what, int samples, String item, Supplier<String> first, Supplier<String> second)
            throws IOException {
        long[][] nanos = new long[2][samples];
        int[] counts = new int[2];
        String[] bytes = new String[2];
        for (int i = 0; i < WARM_UP + samples; i++) {
            int kind = coin.nextInt(2);
            byte[] request = request(item, (kind == 0 ? first : second).get());
            long started = System.nanoTime();
            out.write(request);
            String answer = answer();
            long took = System.nanoTime() - started;
            if (i >= WARM_UP) {
                nanos[kind][counts[kind]++] = took;
                bytes[kind] = answer.replaceAll("\"request_id\":\"\\w+\"|(?mi)^(x-request-id|date):.*$", "");
            }
        }
        if (!bytes[0].equals(bytes[1])) {
            throw new IllegalStateException("not the same bytes:\n" + bytes[0] + "\n" + bytes[1]);
        }
        long[] a = Arrays.copyOf(nanos[0], counts[0]);
        long[] b = Arrays.copyOf(nanos[1], counts[1]);
        System.out.printf(
                "%-40s %6d + %6d samples, medians %4d and %4d µs, AUC %.4f (chance: 0.5 ± %.4f)%n",
                what, a.length, b.length, median(a), median(b), auc(a, b), 2 * deviation(a.length, b.length));
    }

    private byte[] request(String item, String secret) {
        JsonObject body = new JsonObject().put("secret", secret);
        String path = "/v1/programs/" + TwoGateways.PROGRAM + (item == null ? "/cards/lookup" : "/redemptions");
        String text = (item == null ? body : body.put("item", item)).encode();
        String address = "2001:db8:" + Integer.toHexString(random.nextInt(65_536)) + ":"
                + Integer.toHexString(random.nextInt(65_536)) + "::1";
        return ("POST " + path + " HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " + page
                        + "\r\nContent-Type: application/json\r\nIdempotency-Key: " + RunningGateway.key()
                        + "\r\nX-Forwarded-For: " + address + "\r\nContent-Length: " + text.length() + "\r\n\r\n"
                        + text)
                .getBytes(StandardCharsets.US_ASCII);
    }

    private String answer() throws IOException {
        StringBuilder head = new StringBuilder();
        while (head.length() < 4 || !head.substring(head.length() - 4).equals("\r\n\r\n")) {
            head.append((char) in.read());
        }
        String headers = head.toString();
        if (!headers.startsWith("HTTP/1.1 422")) {
            throw new IllegalStateException(headers);
        }
        int length = Integer.parseInt(headers.replaceAll("(?is).*content-length: (\\d+).*", "$1"));
        return headers + new String(in.readNBytes(length), StandardCharsets.UTF_8);
    }

    /** How likely one of the second took longer than one of the first (Mann and Whitney). */
    private static double auc(long[] first, long[] second) {
        long[] sorted = first.clone();
        Arrays.sort(sorted);
        double wins = 0;
        for (long one : second) {
            int below = lowerBound(sorted, one);
            wins += below + 0.5 * (lowerBound(sorted, one + 1) - below);
        }
        return wins / ((double) first.length * second.length);
    }

    private static int lowerBound(long[] sorted, long value) {
        int low = 0;
        int high = sorted.length;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (sorted[middle] < value) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    private static double deviation(int first, int second) {
        return Math.sqrt((first + second + 1.0) / (12.0 * first * second));
    }

    private static long median(long[] nanos) {
        long[] sorted = nanos.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2] / 1_000;
    }

    @Override
    public void close() throws IOException {
        socket.close();
        gateways.close();
    }
}
