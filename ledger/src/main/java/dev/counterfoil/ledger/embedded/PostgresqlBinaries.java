package dev.counterfoil.ledger.embedded;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.jspecify.annotations.Nullable;
import org.tukaani.xz.XZInputStream;

/**
 * The PostgreSQL programs bundled for this platform, unpacked into the data folder, and the way to call them: they
 * refuse to run as root, so root calls them in a user namespace of their own.
 */
final class PostgresqlBinaries {
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private final Path folder;
    private final List<String> prefix;

    private PostgresqlBinaries(Path folder, List<String> prefix) {
        this.folder = folder;
        this.prefix = prefix;
    }

    /** Unpacks them on the first start with this archive; takes a second or two. */
    static PostgresqlBinaries unpack(DataDirectory data) {
        List<String> prefix = prefixForRoot();
        Path bin = data.folder("bin");
        try {
            String archive = archive();
            Path folder = bin.resolve("postgresql-" + digest(archive));
            if (!Files.isDirectory(folder)) {
                deleteOthers(bin);
                Path next = DataDirectory.ownFolder(bin.resolve("postgresql.tmp"));
                untar(archive, next);
                Files.move(next, folder, StandardCopyOption.ATOMIC_MOVE);
            }
            return new PostgresqlBinaries(folder, prefix);
        } catch (IOException e) {
            throw new EmbeddedServerException("the bundled PostgreSQL cannot be unpacked into " + bin + ": " + e, e);
        }
    }

    /** The command line that runs {@code program} with {@code arguments}. */
    List<String> command(String program, List<String> arguments) {
        List<String> command = new ArrayList<>(prefix);
        command.add(folder.resolve("bin").resolve(program).toString());
        command.addAll(arguments);
        return command;
    }

    private static List<String> prefixForRoot() {
        Optional<String> uid = Platform.output(PATIENCE, "id", "-u");
        if (!uid.map(String::strip).equals(Optional.of("0"))) {
            return List.of();
        }
        Optional<String> inside = Platform.output(PATIENCE, "unshare", "-U", "id", "-u");
        if (inside.isEmpty() || inside.get().strip().equals("0")) {
            throw new EmbeddedServerException(
                    "embedded PostgreSQL does not run as root where user namespaces are blocked:"
                            + " run as an ordinary user, or set postgres.uri");
        }
        return List.of("unshare", "-U");
    }

    private static String archive() {
        String system = Platform.isMac() ? "darwin" : "linux";
        String processor = Platform.isArm64() ? "arm_64" : "x86_64";
        return Stream.of("", "-alpine_linux")
                .map(variant -> "/postgres-" + system + "-" + processor + variant + ".txz")
                .filter(name -> PostgresqlBinaries.class.getResource(name) != null)
                .findFirst()
                .orElseThrow(() -> new EmbeddedServerException(
                        "no PostgreSQL is bundled for " + system + " " + processor + ": set postgres.uri"));
    }

    private static InputStream open(String archive) throws IOException {
        @Nullable InputStream in = PostgresqlBinaries.class.getResourceAsStream(archive);
        if (in == null) {
            throw new IOException("no resource " + archive);
        }
        return in;
    }

    private static String digest(String archive) throws IOException {
        try (DigestInputStream in = new DigestInputStream(open(archive), MessageDigest.getInstance("SHA-256"))) {
            in.transferTo(OutputStream.nullOutputStream());
            return HexFormat.of().formatHex(in.getMessageDigest().digest(), 0, 8);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void untar(String archive, Path target) throws IOException {
        try (TarArchiveInputStream in =
                new TarArchiveInputStream(new XZInputStream(new BufferedInputStream(open(archive), 1 << 16)))) {
            for (TarArchiveEntry entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
                Path file = target.resolve(entry.getName()).normalize();
                if (!file.startsWith(target)) {
                    throw new IOException("entry outside the archive: " + entry.getName());
                }
                unpack(in, entry, file);
            }
        }
    }

    private static void unpack(TarArchiveInputStream in, TarArchiveEntry entry, Path file) throws IOException {
        if (entry.isDirectory()) {
            Files.createDirectories(file, DataDirectory.NEW_FOLDER);
            return;
        }
        Path parent = file.getParent();
        if (parent != null) {
            Files.createDirectories(parent, DataDirectory.NEW_FOLDER);
        }
        if (entry.isSymbolicLink()) {
            Files.createSymbolicLink(file, Path.of(entry.getLinkName()));
        } else if (entry.isFile()) {
            Files.copy(in, file);
            boolean program = (entry.getMode() & 0100) != 0;
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(program ? "rwx------" : "rw-------"));
        } else {
            throw new IOException("unexpected kind of entry: " + entry.getName());
        }
    }

    /** Deletes what an interrupted unpacking or an earlier version has left. */
    private static void deleteOthers(Path bin) throws IOException {
        List<Path> others;
        try (Stream<Path> files = Files.list(bin)) {
            others = files.filter(file -> String.valueOf(file.getFileName()).startsWith("postgresql"))
                    .toList();
        }
        for (Path other : others) {
            deleteTree(other);
        }
    }

    static void deleteTree(Path root) throws IOException {
        if (!Files.exists(root)) {
            return;
        }
        Files.walkFileTree(root, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.delete(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path folder, @Nullable IOException e) throws IOException {
                Files.delete(folder);
                return FileVisitResult.CONTINUE;
            }
        });
    }
}
