package dev.counterfoil.gateway.http;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;

/** A value that is written as it is made: for what is answered most, where a tree of it would cost as much again. */
@FunctionalInterface
public interface JsonBody {
    /** Writes the value, whole. */
    void write(JsonGenerator json) throws IOException;
}
