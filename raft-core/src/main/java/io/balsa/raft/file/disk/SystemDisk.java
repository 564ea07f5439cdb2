package io.balsa.raft.file.disk;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/** The file system of the operating system. */
final class SystemDisk implements Disk {
  static final SystemDisk INSTANCE = new SystemDisk();

  private SystemDisk() {}

  @Override
  public DiskFile open(Path file, Access access) throws IOException {
    Set<OpenOption> options =
        switch (access) {
          case READ -> Set.of(StandardOpenOption.READ);
          case WRITE -> Set.of(StandardOpenOption.READ, StandardOpenOption.WRITE);
          case CREATE ->
              Set.of(StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.CREATE);
          case RENEW ->
              Set.of(
                  StandardOpenOption.READ,
                  StandardOpenOption.WRITE,
                  StandardOpenOption.CREATE,
                  StandardOpenOption.TRUNCATE_EXISTING);
        };
    return new SystemFile(FileChannel.open(file, options));
  }

  private record SystemFile(FileChannel channel) implements DiskFile {
    @Override
    public int read(ByteBuffer into, long offset) throws IOException {
      return channel.read(into, offset);
    }

    @Override
    public int write(ByteBuffer from, long offset) throws IOException {
      return channel.write(from, offset);
    }

    @Override
    public void force() throws IOException {
      channel.force(false); // fdatasync: the size is data enough
    }

    @Override
    public long size() throws IOException {
      return channel.size();
    }

    @Override
    public void close() throws IOException {
      channel.close();
    }
  }

  @Override
  public boolean exists(Path file) {
    return Files.exists(file);
  }

  @Override
  public List<String> list(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  @Override
  public void createDirectories(Path directory) throws IOException {
    Path absolute = directory.toAbsolutePath();
    Path parent = absolute.getParent();
    boolean isThere = Files.isDirectory(absolute);
    // Whoever made it may have died before its name was durable; but in what can't be written,
    // nobody makes anything.
    if (parent == null || (isThere && !Files.isWritable(parent))) {
      return;
    }
    createDirectories(parent);
    if (!isThere) {
      Files.createDirectories(absolute);
    }
    force(parent);
  }

  @Override
  public void rename(Path from, Path to) throws IOException {
    Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
  }

  @Override
  public void delete(Path file) throws IOException {
    Files.delete(file);
  }

  @Override
  public void force(Path directory) throws IOException {
    try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  /*
   * POSIX takes a process's locks on a file away when the process closes any channel of it. So a second attempt within this
   * process mustn't even open the file: it would unlock the directory for other processes.
   */
  private static final Set<Path> LOCKED = ConcurrentHashMap.newKeySet();

  @Override
  public Optional<Closeable> lock(Path file) throws IOException {
    Path directory = file.toAbsolutePath().getParent();
    Path real = directory == null ? file : directory.toRealPath().resolve(file.getFileName());
    if (!LOCKED.add(real)) {
      return Optional.empty();
    }
    boolean locked = false;
    try {
      FileChannel channel =
          FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      try {
        locked = channel.tryLock() != null; // released when the channel is closed
        return locked ? Optional.of(() -> unlock(channel, real)) : Optional.empty();
      } catch (OverlappingFileLockException e) {
        return Optional.empty(); // by this process, which didn't come this way
      } finally {
        if (!locked) {
          channel.close();
        }
      }
    } finally {
      if (!locked) {
        LOCKED.remove(real);
      }
    }
  }

  private static void unlock(FileChannel channel, Path real) throws IOException {
    if (channel.isOpen()) {
      channel.close();
      LOCKED.remove(real);
    }
  }
}
