package dev.counterfoil.loadtest.fuzz;

import java.util.ArrayList;
import java.util.List;

/** Where values and members are in a JSON text, so that one can be replaced by what no JSON writer writes. */
final class JsonText {
    /** From {@code start} until before {@code end}. */
    record Span(int start, int end) {
        String in(String text) {
            return text.substring(start, end);
        }

        String replaced(String text, String by) {
            return text.substring(0, start) + by + text.substring(end);
        }
    }

    private final String text;
    private final List<Span> values = new ArrayList<>();
    private final List<Span> members = new ArrayList<>();
    private final List<Integer> openings = new ArrayList<>();
    private int at;

    private JsonText(String text) {
        this.text = text;
    }

    /** Of {@code text}; what is no JSON has what was found before its fault. */
    static JsonText of(String text) {
        JsonText json = new JsonText(text);
        try {
            json.value();
        } catch (StringIndexOutOfBoundsException | IllegalStateException | StackOverflowError e) {
            // Already spoilt by another mutation.
        }
        return json;
    }

    List<Span> values() {
        return values;
    }

    /** Name, colon and value; no comma. */
    List<Span> members() {
        return members;
    }

    /** Places right behind the opening braces of objects. */
    List<Integer> openings() {
        return openings;
    }

    private void value() {
        blank();
        int start = at;
        char first = text.charAt(at);
        if (first == '{') {
            openings.add(at + 1);
            items('}');
        } else if (first == '[') {
            items(']');
        } else if (first == '"') {
            string();
        } else {
            while (at < text.length() && ",]} \n\r\t:".indexOf(text.charAt(at)) < 0) {
                at++;
            }
        }
        if (at == start) {
            throw new IllegalStateException("no value at " + at);
        }
        values.add(new Span(start, at));
    }

    private void items(char end) {
        at++;
        blank();
        while (text.charAt(at) != end) {
            if (end == '}') {
                int start = at;
                string();
                blank();
                at++;
                value();
                members.add(new Span(start, at));
            } else {
                value();
            }
            blank();
            if (text.charAt(at) == ',') {
                at++;
                blank();
            }
        }
        at++;
    }

    private void string() {
        if (text.charAt(at) != '"') {
            throw new IllegalStateException("no string at " + at);
        }
        at++;
        while (text.charAt(at) != '"') {
            at += text.charAt(at) == '\\' ? 2 : 1;
        }
        at++;
    }

    private void blank() {
        while (at < text.length() && " \n\r\t".indexOf(text.charAt(at)) >= 0) {
            at++;
        }
    }
}
