package dev.counterfoil.gateway.signatures;

import java.util.List;
import java.util.Map;

/** A list in brackets with parameters behind it, as {@link StructuredField} reads it; both in their order. */
record InnerList(List<Item> items, Map<String, Object> parameters) {
    record Item(Object value, Map<String, Object> parameters) {}
}
