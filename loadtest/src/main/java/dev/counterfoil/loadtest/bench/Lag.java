package dev.counterfoil.loadtest.bench;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;

/** Looks at the gateway's settlement lag twice a second while something is measured. */
final class Lag implements AutoCloseable {
    private static final String METRIC = "counterfoil_settlement_lag_seconds ";
    private static final long EVERY_MS = 500;
    private static final int TIMES_SETTLED = 3;

    private final HttpClient client = HttpClient.newHttpClient();
    private final HttpRequest request;
    private final Thread thread;
    private volatile boolean watching = true;
    private volatile double longest;

    private Lag(String url) {
        this.request = HttpRequest.newBuilder(URI.create(url + "/metrics"))
                .timeout(Duration.ofSeconds(10))
                .build();
        this.thread = new Thread(this::watch, "settlement lag");
        thread.setDaemon(true);
    }

    static Lag watch(String url) {
        Lag lag = new Lag(url);
        lag.thread.start();
        return lag;
    }

    /** Waits until the books have everything that was posted: until no lag is seen several times in a row. */
    static void awaitNone(String url, Duration patience) throws IOException, InterruptedException {
        Lag lag = new Lag(url);
        long deadline = System.nanoTime() + patience.toNanos();
        for (int settled = 0; settled < TIMES_SETTLED; ) {
            settled = lag.seconds() == 0 ? settled + 1 : 0;
            if (System.nanoTime() >= deadline) {
                throw new IOException("not settled within " + patience.toSeconds() + " s");
            }
            Thread.sleep(EVERY_MS);
        }
    }

    /** Stops looking; the longest lag seen, in seconds. */
    double longest() throws InterruptedException {
        close();
        return longest;
    }

    @Override
    public void close() throws InterruptedException {
        watching = false;
        thread.interrupt();
        thread.join();
    }

    private void watch() {
        while (watching) {
            try {
                longest = Math.max(longest, seconds());
                Thread.sleep(EVERY_MS);
            } catch (IOException e) {
                // A look that failed says nothing; the run itself shows whether the gateway answers.
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    private double seconds() throws IOException, InterruptedException {
        return client.send(request, BodyHandlers.ofString())
                .body()
                .lines()
                .filter(line -> line.startsWith(METRIC))
                .mapToDouble(line -> Double.parseDouble(line.substring(METRIC.length())))
                .max()
                .orElse(0);
    }
}
