package dev.counterfoil.gateway.api;

import dev.counterfoil.gateway.http.RequestFields;
import dev.counterfoil.gateway.http.Text;
import dev.counterfoil.ledger.access.Ceilings;
import dev.counterfoil.ledger.access.KeyDraft;
import dev.counterfoil.ledger.access.KeyKind;
import dev.counterfoil.ledger.access.KeyPatch;
import dev.counterfoil.ledger.access.KeyTerms;
import dev.counterfoil.ledger.access.Scope;
import dev.counterfoil.ledger.catalog.InvalidField;
import dev.counterfoil.ledger.catalog.ProgramDraft;
import dev.counterfoil.ledger.rates.Rate;
import java.time.Instant;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** The fields of a key, as the API takes them. */
final class KeyFields {
    static final Text CLIENT = Text.matching(32, "cl_[0-9a-z]{1,29}", "the id of a client, cl_…");
    private static final Text SCOPE = Text.upTo(20);
    private static final Text PROGRAM = Text.upTo(32);
    private static final Text RATE = Text.upTo(20);
    private static final Text ADDRESS = Text.upTo(50);
    private static final Text ORIGIN = Text.upTo(300);
    private static final int MOST_PROGRAMS = 100;

    private KeyFields() {}

    static KeyDraft draft(RequestFields fields, Instant now) {
        return new KeyDraft(
                fields.text("client", CLIENT),
                fields.optionalOneOf("kind", KeyKind.class).orElse(KeyKind.SECRET),
                scopes(fields.texts("scopes", 1, Scope.values().length, SCOPE)),
                fields.has("programs")
                        ? new TreeSet<>(fields.texts("programs", 1, MOST_PROGRAMS, PROGRAM))
                        : fields.absent("programs"),
                fields.text("name", ManageClients.NAME),
                future(fields, now),
                changed(fields).apply(KeyTerms.NONE));
    }

    static KeyPatch patch(RequestFields fields, Instant now) {
        return new KeyPatch(
                fields.optionalText("name", ManageClients.NAME).orElse(null), future(fields, now), changed(fields));
    }

    /** A time that is not past, or null without the field. */
    static @Nullable Instant future(RequestFields fields, Instant now) {
        Instant time = fields.optionalTime("expires_at").orElse(null);
        if (time != null && !time.isAfter(now)) {
            fields.reject("expires_at", "expected: a time that is not past");
        }
        return time;
    }

    /** What the fields that are there make of a key's terms. Null gives the rate of the settings, and none of the others. */
    private static UnaryOperator<KeyTerms> changed(RequestFields fields) {
        boolean hasRate = fields.has("rate");
        Rate rate = fields.isNull("rate") ? null : rate(fields);
        Ceilings ceilings = !fields.has("ceilings")
                ? fields.absent("ceilings")
                : fields.isNull("ceilings")
                        ? Ceilings.NONE
                        : fields.optionalObject("ceilings", KeyFields::ceilings).orElse(Ceilings.NONE);
        List<String> addresses = texts(fields, "addresses", ADDRESS);
        List<String> origins = texts(fields, "allowed_origins", ORIGIN);
        var signature = fields.optionalFlag("require_signature");
        var ranges = addresses == null ? null : KeyTerms.addresses(addresses);
        return old -> new KeyTerms(
                hasRate ? rate : old.rate(),
                ceilings == null ? old.ceilings() : ceilings,
                ranges == null ? old.addresses() : ranges,
                origins == null ? old.allowedOrigins() : origins,
                signature.orElse(old.requireSignature()));
    }

    private static @Nullable Rate rate(RequestFields fields) {
        String text = fields.optionalText("rate", RATE).orElse(null);
        try {
            return text == null ? null : Rate.parse(text);
        } catch (IllegalArgumentException e) {
            fields.reject("rate", String.valueOf(e.getMessage()));
            return null;
        }
    }

    private static @Nullable List<String> texts(RequestFields fields, String name, Text form) {
        if (!fields.has(name)) {
            return fields.absent(name);
        }
        return fields.isNull(name) ? List.of() : fields.texts(name, 1, KeyTerms.MOST, form);
    }

    private static Ceilings ceilings(RequestFields fields) {
        Map<Ceilings.Kind, Map<String, Long>> amounts = new EnumMap<>(Ceilings.Kind.class);
        for (Ceilings.Kind kind : Ceilings.Kind.values()) {
            amounts.put(kind, fields.amountMap(kind.token(), ProgramDraft.MOST_ASSETS, PutItem.ASSET));
        }
        return new Ceilings(amounts);
    }

    private static Set<Scope> scopes(List<String> tokens) {
        Set<Scope> scopes = EnumSet.noneOf(Scope.class);
        for (String token : tokens) {
            if (!scopes.add(Scope.of(token))) {
                throw new InvalidField("/scopes", "\"" + token + "\" twice (expected: each once)");
            }
        }
        return scopes;
    }
}
