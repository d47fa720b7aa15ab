package dev.counterfoil.gateway.api;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.ECDSAVerifier;
import com.nimbusds.jose.crypto.MACVerifier;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import dev.counterfoil.gateway.http.Call;
import dev.counterfoil.gateway.http.Problem;
import dev.counterfoil.gateway.http.Rejection;
import dev.counterfoil.ledger.access.SigningAlgorithm;
import dev.counterfoil.ledger.access.SigningUse;
import dev.counterfoil.ledger.access.VerifyingKey;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.text.ParseException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.Optional;
import java.util.Set;
import javax.crypto.SecretKey;
import org.jspecify.annotations.Nullable;

/**
 * Reads account tokens: JWTs in which a storefront says, to a page that it serves, whose account the page acts for. Signed with one
 * of the client's own signing keys for that use, which {@code kid} names; how it is signed says that key, never the token. Thread-safe.
 */
public final class AccountTokens {
    private static final Duration LONGEST = Duration.ofMinutes(15);
    private static final Duration SKEW = Duration.ofSeconds(30);

    private final Finder keys;
    private final Clock clock;

    /** Finds the valid signing key of a client, of that id and for that use; must not block. */
    @FunctionalInterface
    public interface Finder {
        Optional<VerifyingKey> find(String client, String id, SigningUse use);
    }

    public AccountTokens(Finder keys, Clock clock) {
        this.keys = keys;
        this.clock = clock;
    }

    /** The account that the token is for. Throws a {@link Rejection} (400 at {@code /account_token}) that says what is wrong. */
    String account(Call call, String token) {
        return account(call.key().client(), call.program().id(), token);
    }

    String account(String client, String program, String token) {
        try {
            SignedJWT signed = SignedJWT.parse(token);
            JWSHeader header = signed.getHeader();
            String keyId = header.getKeyID();
            require(keyId != null, "no kid in its header (expected: the id of a signing key, sig_…)");
            VerifyingKey key = keys.find(client, String.valueOf(keyId), SigningUse.ACCOUNT_TOKEN)
                    .orElseThrow(() -> rejected("its kid is no valid key for account tokens of this key's client"));
            SigningAlgorithm algorithm = key.key().algorithm();
            require(
                    names(algorithm).contains(header.getAlgorithm()),
                    "its alg is not that of its key (expected: " + algorithm.token() + ")");
            require(header.getCriticalParams() == null, "it has critical header parameters (expected: none)");
            require(verifies(signed, key, algorithm), "its signature is wrong");
            return account(signed.getJWTClaimsSet(), program);
        } catch (ParseException | IllegalStateException | IllegalArgumentException notOne) {
            // The message may quote the token.
            throw rejected("not a signed JWT (expected: three parts in base64url)");
        } catch (JOSEException | GeneralSecurityException unverifiable) {
            throw rejected("its signature cannot be verified");
        }
    }

    private static Set<JWSAlgorithm> names(SigningAlgorithm algorithm) {
        return switch (algorithm) {
            case HMAC_SHA256 -> Set.of(JWSAlgorithm.HS256);
            case ED25519 -> Set.of(JWSAlgorithm.EdDSA, JWSAlgorithm.Ed25519);
            case ES256 -> Set.of(JWSAlgorithm.ES256);
        };
    }

    private static boolean verifies(SignedJWT signed, VerifyingKey key, SigningAlgorithm algorithm)
            throws JOSEException, GeneralSecurityException {
        return switch (algorithm) {
            case HMAC_SHA256 -> signed.verify(new MACVerifier((SecretKey) key.material()));
            case ES256 -> signed.verify(new ECDSAVerifier((ECPublicKey) key.material()));
            case ED25519 -> verifiesEd25519(signed, (PublicKey) key.material());
        };
    }

    /** By the JDK: the library would need another one for it. */
    private static boolean verifiesEd25519(SignedJWT signed, PublicKey key) throws GeneralSecurityException {
        Signature signature = Signature.getInstance("Ed25519");
        signature.initVerify(key);
        signature.update(signed.getSigningInput());
        return signature.verify(signed.getSignature().decode());
    }

    private String account(JWTClaimsSet claims, String program) {
        Instant now = clock.instant();
        Instant issued = instant(claims.getIssueTime(), "iat");
        Instant expires = instant(claims.getExpirationTime(), "exp");
        require(claims.getAudience().contains(program), "its aud is not this program");
        require(
                !expires.isAfter(issued.plus(LONGEST)) && expires.isAfter(issued),
                "its exp is not within " + LONGEST.toMinutes() + " minutes after its iat");
        require(expires.plus(SKEW).isAfter(now), "it has expired");
        require(!issued.minus(SKEW).isAfter(now), "its iat is still to come");
        Date notBefore = claims.getNotBeforeTime();
        require(notBefore == null || !notBefore.toInstant().minus(SKEW).isAfter(now), "its nbf is still to come");
        String account = claims.getSubject();
        boolean fine = account != null
                && RedemptionFields.ACCOUNT.fault(account).isEmpty()
                && StandardCharsets.UTF_8.newEncoder().canEncode(account);
        require(fine, "its sub is no account (expected: 1..128 characters, none of them control characters)");
        return String.valueOf(account);
    }

    private static Instant instant(@Nullable Date date, String claim) {
        if (date == null) {
            throw rejected("it has no " + claim);
        }
        return date.toInstant();
    }

    private static void require(boolean holds, String otherwise) {
        if (!holds) {
            throw rejected(otherwise);
        }
    }

    private static Rejection rejected(String why) {
        return new Rejection(Problem.invalid("/account_token", why));
    }
}
