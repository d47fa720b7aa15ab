package dev.counterfoil.gateway.http;

import com.sun.management.OperatingSystemMXBean;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.binder.jvm.ClassLoaderMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmInfoMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.core.instrument.config.MeterFilter;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import java.lang.management.ManagementFactory;

/** The numbers of this process, in Prometheus' text form. */
public final class Metrics implements AutoCloseable {
    static final String TEXT = "text/plain; version=0.0.4; charset=utf-8";

    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final JvmGcMetrics garbageCollection = new JvmGcMetrics();

    public Metrics() {
        registry.config().meterFilter(MeterFilter.deny(id -> id.getName().equals("process.cpu.time")));
        registry.config().meterFilter(renamed("system.cpu.count", "system.cpus"));
        new JvmInfoMetrics().bindTo(registry);
        new JvmMemoryMetrics().bindTo(registry);
        new JvmThreadMetrics().bindTo(registry);
        new ClassLoaderMetrics().bindTo(registry);
        new ProcessorMetrics().bindTo(registry);
        processorTime();
        new UptimeMetrics().bindTo(registry);
        new FileDescriptorMetrics().bindTo(registry);
        garbageCollection.bindTo(registry);
    }

    /** As Prometheus' own clients name it; Micrometer counts nanoseconds. */
    private void processorTime() {
        if (ManagementFactory.getOperatingSystemMXBean() instanceof OperatingSystemMXBean) {
            OperatingSystemMXBean system = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
            var unused = FunctionCounter.builder("process.cpu", system, os -> os.getProcessCpuTime() / 1e9)
                    .description("Time that the processors spent on this process")
                    .baseUnit("seconds")
                    .register(registry);
        }
    }

    /** A suffix of histograms may not stand in the name of anything else. */
    private static MeterFilter renamed(String from, String to) {
        return new MeterFilter() {
            @Override
            public Meter.Id map(Meter.Id id) {
                return id.getName().equals(from) ? id.withName(to) : id;
            }
        };
    }

    /** Where the ledger, settlement and others register theirs. */
    public PrometheusMeterRegistry registry() {
        return registry;
    }

    /** {@code GET /metrics}. */
    Future<Answer> scrape(Call call) {
        return Future.succeededFuture(
                Answer.of(200, TEXT, Buffer.buffer(registry.scrape())).noStore());
    }

    @Override
    public void close() {
        garbageCollection.close();
        registry.close();
    }
}
