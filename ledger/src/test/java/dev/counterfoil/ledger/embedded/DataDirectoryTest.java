package dev.counterfoil.ledger.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataDirectoryTest {
    @TempDir
    Path temporary;

    @Test
    void a_new_folder_and_its_files_are_the_owners_alone() throws IOException {
        Path folder = temporary.resolve("a/b/data");
        try (DataDirectory data = DataDirectory.open(folder)) {
            data.write("demo.env", "CF_URL=http://localhost\n");
            byte[] secret = data.secret("pepper", 32);
            assertThat(secret).hasSize(32);
            assertThat(mode(folder)).isEqualTo("rwx------");
            assertThat(mode(data.folder("redis"))).isEqualTo("rwx------");
            for (String file : List.of("lock", "demo.env", "pepper")) {
                assertThat(mode(folder.resolve(file))).as(file).isEqualTo("rw-------");
            }
        }
    }

    @Test
    void modes_somebody_loosened_are_tightened_again() throws IOException {
        Path folder = temporary.resolve("data");
        byte[] secret;
        try (DataDirectory data = DataDirectory.open(folder)) {
            secret = data.secret("pepper", 32);
        }
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
        Files.setPosixFilePermissions(folder.resolve("pepper"), PosixFilePermissions.fromString("rw-r--r--"));
        try (DataDirectory data = DataDirectory.open(folder)) {
            assertThat(data.secret("pepper", 32)).isEqualTo(secret);
            assertThat(mode(folder)).isEqualTo("rwx------");
            assertThat(mode(folder.resolve("pepper"))).isEqualTo("rw-------");
        }
    }

    @Test
    void a_secret_is_made_once_and_differs_from_others() {
        try (DataDirectory data = DataDirectory.open(temporary.resolve("data"))) {
            assertThat(data.secret("one", 32)).isEqualTo(data.secret("one", 32)).isNotEqualTo(data.secret("two", 32));
        }
    }

    @Test
    void a_damaged_secret_is_refused_and_not_repeated_in_the_message() {
        try (DataDirectory data = DataDirectory.open(temporary.resolve("data"))) {
            for (String damaged : List.of("", "abcd\n", "hunter2-hunter2-hunter2-hunter2!")) {
                data.write("pepper", damaged);
                assertThatThrownBy(() -> data.secret("pepper", 16))
                        .isInstanceOf(EmbeddedServerException.class)
                        .hasMessageContaining("pepper is damaged (expected: 32 hexadecimal digits)")
                        .hasMessageNotContaining("hunter2");
            }
        }
    }

    @Test
    void a_write_replaces_the_whole_file_and_leaves_nothing_beside_it() throws IOException {
        try (DataDirectory data = DataDirectory.open(temporary.resolve("data"))) {
            data.write("servers.json", "a long first version");
            data.write("servers.json", "second");
            assertThat(data.read("servers.json")).hasValue("second");
            try (Stream<Path> files = Files.list(data.path())) {
                assertThat(files.map(file -> file.getFileName().toString()))
                        .containsExactlyInAnyOrder("lock", "servers.json");
            }
        }
    }

    @Test
    void a_folder_held_in_this_process_is_refused_and_stays_held() {
        Path folder = temporary.resolve("data");
        long pid = ProcessHandle.current().pid();
        try (DataDirectory data = DataDirectory.open(folder)) {
            for (int i = 0; i < 2; i++) {
                assertThatThrownBy(() -> DataDirectory.open(folder))
                        .isInstanceOfSatisfying(
                                DataDirectoryInUse.class,
                                e -> assertThat(e.holderPid()).isEqualTo(OptionalLong.of(pid)))
                        .hasMessageContaining(data.path().toString())
                        .hasMessageContaining("process " + pid);
            }
        }
        try (DataDirectory again = DataDirectory.open(folder)) {
            assertThat(again.owned()).isTrue();
        }
    }

    @Test
    void a_folder_of_something_else_is_left_alone() throws IOException {
        Path home = Files.createDirectory(temporary.resolve("home"));
        Files.setPosixFilePermissions(home, PosixFilePermissions.fromString("rwxr-xr-x"));
        Files.writeString(home.resolve("letter.txt"), "dear");
        assertThatThrownBy(() -> DataDirectory.open(home)).hasMessageContaining("holds files of something else");
        assertThat(mode(home)).isEqualTo("rwxr-xr-x");
    }

    @Test
    void a_view_reads_and_does_not_write() {
        Path folder = temporary.resolve("data");
        try (DataDirectory data = DataDirectory.open(folder);
                DataDirectory view = DataDirectory.view(folder)) {
            byte[] secret = data.secret("pepper", 32);
            assertThat(view.secret("pepper", 32)).isEqualTo(secret);
            assertThat(view.owned()).isFalse();
            assertThatThrownBy(() -> view.write("x", "y")).hasMessageContaining("is not held by this process");
            assertThatThrownBy(() -> view.secret("other", 32)).hasMessageContaining("is not held by this process");
        }
    }

    @Test
    void a_name_cannot_leave_the_folder() {
        try (DataDirectory data = DataDirectory.open(temporary.resolve("data"))) {
            for (String name : List.of("../x", "a/b", "", ".", "..", "/etc/passwd")) {
                assertThatThrownBy(() -> data.write(name, ""))
                        .as(name)
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessageStartingWith("name: " + name);
            }
        }
    }

    private static String mode(Path file) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
    }
}
