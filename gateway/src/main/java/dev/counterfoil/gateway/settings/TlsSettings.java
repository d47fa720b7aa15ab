package dev.counterfoil.gateway.settings;

import java.nio.file.Path;

/**
 * The PEM files that make the gateway speak TLS; both or none.
 *
 * @param certificate the chain, the gateway's own first; empty: plain HTTP
 * @param key the private key of the first
 */
public record TlsSettings(String certificate, String key) {
    public TlsSettings {
        if (certificate.isEmpty() != key.isEmpty()) {
            throw new SettingsException(
                    certificate.isEmpty()
                            ? "http.tls.certificate: missing (expected: the PEM file that http.tls.key belongs to)"
                            : "http.tls.key: missing (expected: the PEM file with the key of http.tls.certificate)");
        }
    }

    public static TlsSettings defaults() {
        return new TlsSettings("", "");
    }

    public boolean isOn() {
        return !certificate.isEmpty();
    }

    public Path certificateFile() {
        return Path.of(certificate);
    }

    public Path keyFile() {
        return Path.of(key);
    }
}
