package dev.counterfoil.ledger.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Root runs PostgreSQL in a user namespace; where the tests run as root, this one runs it as somebody else, too. */
class OrdinaryUserIT {
    private static final String NOBODY = "65534";

    @Test
    void servers_start_and_end_as_an_ordinary_user() throws Exception {
        assumeTrue(
                Platform.output(Duration.ofSeconds(5), "id", "-u")
                        .orElse("")
                        .strip()
                        .equals("0"),
                "not root: every other test has shown it");
        assumeTrue(Platform.onPath("setpriv").isPresent(), "no setpriv on PATH");
        List<String> asNobody = List.of("setpriv", "--reuid", NOBODY, "--regid", NOBODY, "--clear-groups");
        Path java = Path.of(System.getProperty("java.home"));
        List<String> version = new ArrayList<>(asNobody);
        version.addAll(List.of(java.resolve("bin/java").toString(), "-version"));
        assumeTrue(
                Platform.output(Duration.ofSeconds(30), version.toArray(String[]::new))
                        .isPresent(),
                "others may not run this JDK");

        Path open = Files.createTempDirectory("counterfoil-user-");
        try {
            Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rwxrwxrwx"));
            Path folder = open.resolve("data");
            try (ChildJvm child = ChildJvm.start(asNobody, copyClassPath(open), folder)) {
                for (long pid : child.servers()) {
                    assertThat(ProcessHandle.of(pid).orElseThrow().info().user())
                            .hasValue("nobody");
                }
                child.kill();
                await().atMost(Duration.ofSeconds(20))
                        .until(() -> child.servers().stream()
                                .noneMatch(pid -> ProcessHandle.of(pid).isPresent()));
            }
        } finally {
            PostgresqlBinaries.deleteTree(open);
        }
    }

    /** Of the class path, for somebody who may read neither root's Maven repository nor the project. */
    private static String copyClassPath(Path open) throws IOException {
        List<String> copies = new ArrayList<>();
        for (String entry : List.of(ChildJvm.classPath().split(File.pathSeparator))) {
            Path source = Path.of(entry);
            Path copy = open.resolve(copies.size() + "-" + source.getFileName());
            if (Files.exists(source)) {
                copyTree(source, copy);
                copies.add(copy.toString());
            }
        }
        return String.join(File.pathSeparator, copies);
    }

    private static void copyTree(Path source, Path target) throws IOException {
        try (Stream<Path> files = Files.walk(source)) {
            for (Path file : files.toList()) {
                Files.copy(file, target.resolve(source.relativize(file).toString()));
            }
        }
    }
}
