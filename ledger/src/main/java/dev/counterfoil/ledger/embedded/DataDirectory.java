package dev.counterfoil.ledger.embedded;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The folder that keeps what must survive a restart: server data, passwords, the pepper. Mode 700, files 600.
 *
 * <p>{@link #open} takes an exclusive lock, so one process at a time writes here. {@link #view} takes none: it reads
 * what a running holder has written, for a command run beside it. Safe for use by several threads.
 */
public final class DataDirectory implements AutoCloseable {
    private static final Set<PosixFilePermission> FOLDER_MODE = PosixFilePermissions.fromString("rwx------");
    private static final Set<PosixFilePermission> FILE_MODE = PosixFilePermissions.fromString("rw-------");
    static final FileAttribute<?> NEW_FOLDER = PosixFilePermissions.asFileAttribute(FOLDER_MODE);
    private static final FileAttribute<?> NEW_FILE = PosixFilePermissions.asFileAttribute(FILE_MODE);
    private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9._-]{0,63}");
    private static final String LOCK = "lock";

    /**
     * Folders locked by this JVM. The system's locks belong to the process, and closing any channel to the lock file
     * drops them: a second attempt in this JVM must therefore not even open the file.
     */
    private static final Set<Path> HELD_HERE = ConcurrentHashMap.newKeySet();

    private final Path folder;
    private final @Nullable FileChannel lock;

    private DataDirectory(Path folder, @Nullable FileChannel lock) {
        this.folder = folder;
        this.lock = lock;
    }

    /**
     * Creates {@code folder} where it is missing and locks it until {@link #close}.
     *
     * @throws DataDirectoryInUse when it is locked already; the message names the folder and the holder
     * @throws EmbeddedServerException when it cannot be used, or holds files of something else
     */
    public static DataDirectory open(Path folder) {
        try {
            Path real = create(folder);
            if (!HELD_HERE.add(real)) {
                throw new DataDirectoryInUse(
                        real, OptionalLong.of(ProcessHandle.current().pid()));
            }
            try {
                return new DataDirectory(real, lock(real));
            } catch (IOException | RuntimeException e) {
                HELD_HERE.remove(real);
                throw e;
            }
        } catch (IOException | UnsupportedOperationException e) {
            throw new EmbeddedServerException("data folder " + folder + " cannot be used: " + e, e);
        }
    }

    /** Reads {@code folder} without locking it; {@link #write} is refused, and so is a {@link #secret} not there yet. */
    public static DataDirectory view(Path folder) {
        try {
            return new DataDirectory(folder.toRealPath(), null);
        } catch (IOException e) {
            throw new EmbeddedServerException("data folder " + folder + " cannot be read: " + e, e);
        }
    }

    /** Whether this object holds the lock, and so may write. */
    public boolean owned() {
        return lock != null && lock.isOpen();
    }

    /** The folder itself, absolute, symbolic links resolved. */
    public Path path() {
        return folder;
    }

    /** A folder of mode 700 in this one, created where it is missing. */
    public synchronized Path folder(String name) {
        Path sub = resolve(name);
        try {
            return ownFolder(sub);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot create " + sub, e);
        }
    }

    /**
     * The {@code bytes} random bytes kept in file {@code name} as hexadecimal text, made by the first call and the same
     * for ever after.
     */
    public synchronized byte[] secret(String name, int bytes) {
        Optional<String> kept = read(name);
        if (kept.isEmpty()) {
            byte[] made = new byte[bytes];
            new SecureRandom().nextBytes(made);
            write(name, HexFormat.of().formatHex(made) + "\n");
            return made;
        }
        try {
            byte[] read = HexFormat.of().parseHex(kept.get().strip());
            if (read.length == bytes) {
                return read;
            }
        } catch (IllegalArgumentException e) {
            // Falls through to the message below, which must not repeat what the file holds.
        }
        throw new EmbeddedServerException(resolve(name) + " is damaged (expected: " + 2 * bytes
                + " hexadecimal digits): restore it from a backup");
    }

    /** Whether file {@code name} is there. */
    public boolean holds(String name) {
        return Files.exists(resolve(name));
    }

    /** The text of file {@code name}, or empty when there is none. */
    public Optional<String> read(String name) {
        Path file = resolve(name);
        try {
            if (owned() && Files.exists(file)) {
                Files.setPosixFilePermissions(file, FILE_MODE);
            }
            return Optional.of(Files.readString(file, UTF_8));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + file, e);
        }
    }

    /** Replaces file {@code name} by {@code text}, mode 600: whole and on disk when this returns, or as it was. */
    public synchronized void write(String name, String text) {
        if (!owned()) {
            throw new EmbeddedServerException(
                    "data folder " + folder + " is not held by this process: cannot write " + name);
        }
        try {
            replace(resolve(name), text);
        } catch (IOException e) {
            throw new EmbeddedServerException("cannot write " + resolve(name) + ": " + e, e);
        }
    }

    /** Deletes file {@code name} if it is there. */
    public void delete(String name) {
        try {
            Files.deleteIfExists(resolve(name));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot delete " + resolve(name), e);
        }
    }

    /** Lets go of the lock. The files stay. */
    @Override
    public void close() {
        if (lock == null || !lock.isOpen()) {
            return;
        }
        try {
            lock.close();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot unlock " + folder, e);
        } finally {
            HELD_HERE.remove(folder);
        }
    }

    @Override
    public String toString() {
        return folder.toString();
    }

    /** Writes {@code text} beside {@code file}, forces it to disk and renames it into place. */
    static void replace(Path file, String text) throws IOException {
        Path next = file.resolveSibling(file.getFileName() + ".tmp");
        Files.deleteIfExists(next);
        Set<StandardOpenOption> options = Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        try (FileChannel channel = FileChannel.open(next, options, NEW_FILE)) {
            writeFully(channel, text);
            channel.force(true);
        }
        Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        forceFolder(file.toAbsolutePath().getParent());
    }

    /** Makes renames in {@code parent} survive a power cut. */
    static void forceFolder(@Nullable Path parent) throws IOException {
        if (parent != null) {
            try (FileChannel channel = FileChannel.open(parent, StandardOpenOption.READ)) {
                channel.force(true);
            }
        }
    }

    static Path ownFolder(Path folder) throws IOException {
        if (Files.isDirectory(folder)) {
            Files.setPosixFilePermissions(folder, FOLDER_MODE);
            return folder;
        }
        return Files.createDirectory(folder, NEW_FOLDER);
    }

    private static Path create(Path folder) throws IOException {
        Path absolute = folder.toAbsolutePath().normalize();
        Path parent = absolute.getParent();
        if (parent != null) {
            Files.createDirectories(parent);
        }
        if (Files.isDirectory(absolute) && !Files.exists(absolute.resolve(LOCK)) && holdsOtherFiles(absolute)) {
            // Its mode is about to change: a mistyped path must not close /tmp or a home folder to everybody else.
            throw new EmbeddedServerException(
                    "data folder " + absolute + " holds files of something else: choose an empty or a new folder");
        }
        return ownFolder(absolute).toRealPath();
    }

    private static boolean holdsOtherFiles(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> String.valueOf(file.getFileName()))
                    .anyMatch(name -> !name.equals("lost+found") && !name.equals(".gitkeep"));
        }
    }

    private static FileChannel lock(Path folder) throws IOException {
        Path file = folder.resolve(LOCK);
        Set<StandardOpenOption> options =
                Set.of(StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
        FileChannel channel = FileChannel.open(file, options, NEW_FILE);
        try {
            @Nullable FileLock lock = tryLock(channel);
            if (lock == null) {
                throw new DataDirectoryInUse(folder, holder(channel));
            }
            channel.truncate(0);
            writeFully(channel, ProcessHandle.current().pid() + "\n");
            return channel;
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    private static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException e) {
            return null;
        }
    }

    private static OptionalLong holder(FileChannel channel) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(32);
        int length = channel.read(bytes, 0);
        String text = new String(bytes.array(), 0, Math.max(0, length), UTF_8).strip();
        return text.matches("\\d{1,18}") ? OptionalLong.of(Long.parseLong(text)) : OptionalLong.empty();
    }

    private static void writeFully(FileChannel channel, String text) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(UTF_8));
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    private Path resolve(String name) {
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException("name: " + name + " (expected: " + NAME + ")");
        }
        return folder.resolve(name);
    }
}
