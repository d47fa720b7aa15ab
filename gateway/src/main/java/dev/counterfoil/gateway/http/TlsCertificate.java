package dev.counterfoil.gateway.http;

import dev.counterfoil.gateway.settings.TlsSettings;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.PemKeyCertOptions;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Instant;
import javax.net.ssl.KeyManager;
import javax.net.ssl.X509KeyManager;
import org.jspecify.annotations.Nullable;

/**
 * A certificate with its private key, of which is known that they belong together.
 *
 * @param expiresAt the first that expires of the chain
 */
record TlsCertificate(Pem files, Instant expiresAt) {
    private static final byte[] SAMPLE = {'p', 'r', 'o', 'o', 'f'};

    /** What stands in the two files. */
    record Pem(Buffer chain, Buffer key) {
        /** Of files that cannot be read. */
        static final Pem NONE = new Pem(Buffer.buffer(), Buffer.buffer());

        /** Throws {@link Unusable} where one cannot be read. */
        static Pem read(TlsSettings settings) {
            return new Pem(
                    bytes("http.tls.certificate", settings.certificateFile()),
                    bytes("http.tls.key", settings.keyFile()));
        }

        private static Buffer bytes(String setting, Path file) {
            try {
                return Buffer.buffer(Files.readAllBytes(file));
            } catch (IOException e) {
                throw new Unusable(setting + ": " + file + " cannot be read (expected: a PEM file)");
            }
        }

        PemKeyCertOptions options() {
            return new PemKeyCertOptions().addCertValue(chain).addKeyValue(key);
        }
    }

    /** The pair cannot be used; one clear line, without anything of the key. */
    static final class Unusable extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Unusable(String message) {
            super(message, null, false, false);
        }
    }

    /** Throws {@link Unusable} where they are no PEM or do not belong together. Blocks. */
    static TlsCertificate of(Vertx vertx, Pem files) {
        X509Certificate own = null;
        Instant expiresAt = Instant.MAX;
        try {
            for (var certificate : CertificateFactory.getInstance("X.509")
                    .generateCertificates(new ByteArrayInputStream(files.chain().getBytes()))) {
                own = own == null ? (X509Certificate) certificate : own;
                Instant end = ((X509Certificate) certificate).getNotAfter().toInstant();
                expiresAt = end.isBefore(expiresAt) ? end : expiresAt;
            }
        } catch (GeneralSecurityException | RuntimeException e) {
            own = null;
        }
        if (own == null) {
            throw new Unusable("http.tls.certificate: not a certificate (expected: a PEM file with the chain)");
        }
        if (!belongs(privateKey(vertx, files, own.getPublicKey()), own.getPublicKey())) {
            throw new Unusable("http.tls.key: the key of another certificate (expected: that of http.tls.certificate)");
        }
        return new TlsCertificate(files, expiresAt);
    }

    private static @Nullable PrivateKey privateKey(Vertx vertx, Pem files, PublicKey of) {
        try {
            for (KeyManager manager :
                    files.options().getKeyManagerFactory(vertx).getKeyManagers()) {
                X509KeyManager keys = (X509KeyManager) manager;
                String[] names = keys.getServerAliases(of.getAlgorithm(), null);
                if (names != null && names.length > 0) {
                    return keys.getPrivateKey(names[0]);
                }
            }
            return null;
        } catch (Exception e) {
            throw new Unusable(
                    "http.tls.key: not the private key of http.tls.certificate (expected: PEM, PKCS #8 or #1, not encrypted)");
        }
    }

    private static boolean belongs(@Nullable PrivateKey key, PublicKey certified) {
        if (key == null) {
            return false;
        }
        String algorithm = switch (certified.getAlgorithm()) {
            case "RSA" -> "SHA256withRSA";
            case "EC" -> "SHA256withECDSA";
            default -> certified.getAlgorithm();
        };
        try {
            Signature signing = Signature.getInstance(algorithm);
            signing.initSign(key);
            signing.update(SAMPLE);
            byte[] signature = signing.sign();
            Signature checking = Signature.getInstance(algorithm);
            checking.initVerify(certified);
            checking.update(SAMPLE);
            return checking.verify(signature);
        } catch (GeneralSecurityException e) {
            return false;
        }
    }
}
