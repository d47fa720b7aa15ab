package dev.counterfoil.ledger.redis;

import java.lang.annotation.Annotation;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The tests of a suite, to be run as JUnit does, each on a new instance. */
final class SuiteRun {
    private final Supplier<Object> suite;
    private final List<Method> methods = new ArrayList<>();

    SuiteRun(Supplier<Object> suite) {
        this.suite = suite;
        for (Class<?> type = suite.get().getClass(); type != Object.class; type = type.getSuperclass()) {
            methods.addAll(List.of(type.getDeclaredMethods()));
        }
        methods.forEach(method -> method.setAccessible(true));
    }

    /** Each test, and each of the arguments of one that takes some. */
    List<Trial> trials() throws ReflectiveOperationException {
        List<Trial> trials = new ArrayList<>();
        for (Method test : methods) {
            if (test.isAnnotationPresent(Test.class)) {
                trials.add(new Trial(test.getName(), () -> fails(test)));
            }
            for (Object[] arguments : arguments(test)) {
                trials.add(new Trial(test.getName() + ": " + arguments[0], () -> fails(test, arguments)));
            }
        }
        return trials;
    }

    private List<Object[]> arguments(Method test) throws ReflectiveOperationException {
        if (!test.isAnnotationPresent(ParameterizedTest.class)) {
            return List.of();
        }
        String source = test.getAnnotation(MethodSource.class).value()[0];
        Method named = methods.stream()
                .filter(method -> method.getName().equals(source))
                .findFirst()
                .orElseThrow();
        return ((Stream<?>) named.invoke(null))
                .map(one -> ((Arguments) one).get())
                .toList();
    }

    private boolean fails(Method test, Object... arguments) throws ReflectiveOperationException {
        Object instance = suite.get();
        try {
            all(BeforeEach.class, instance);
            test.invoke(instance, arguments);
            return false;
        } catch (InvocationTargetException failed) {
            return true;
        } finally {
            all(AfterEach.class, instance);
        }
    }

    private void all(Class<? extends Annotation> when, Object instance) throws ReflectiveOperationException {
        for (Method method : methods) {
            if (method.isAnnotationPresent(when)) {
                method.invoke(instance);
            }
        }
    }
}
