package io.balsa.raft.testkit.disk;

import io.balsa.raft.file.disk.Disk;
import io.balsa.raft.file.disk.DiskFile;
import java.io.Closeable;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BooleanSupplier;

/**
 * A file system in memory. What the stores see is the cache; {@link #losePower} makes a disk out of what may be on the
 * platter: of what wasn't forced, anything, torn in sectors, in any order. Thread-safe.
 */
public final class MemoryDisk implements Disk {
  /*
   * A name is an entry of its directory. What is done to names is pending until the directory is forced; at a crash each of
   * these steps has happened or not, whatever became of the others. A rename is one step: it takes the name away and gives
   * the other one at once, as POSIX has it. A directory that lost its own name has lost all that is in it.
   */
  private record Step(Map<Path, Optional<Inode>> names) {}

  private final Map<Path, Inode> names = new TreeMap<>();
  private final Map<Path, Inode> durableNames = new TreeMap<>();
  private final List<Step> pending = new ArrayList<>();
  private final Set<Path> directories = new TreeSet<>();
  private final Set<Path> durableDirectories = new TreeSet<>();
  private final Set<Path> locked = new HashSet<>();
  private Runnable beforeChange = () -> {};
  private BooleanSupplier forceFails = () -> false;

  /**
   * Called before each change of anything, by the thread that makes it; it may lose power meanwhile, and throw what it likes.
   */
  public void beforeEachChange(Runnable action) {
    beforeChange = action;
  }

  /**
   * While it says so, flushes of files fail as on ext4 and XFS: what was written stays in the cache, as if it were clean, and
   * never comes to the platter.
   */
  public void failForces(BooleanSupplier decision) {
    forceFails = decision;
  }

  boolean forceFails() {
    return forceFails.getAsBoolean();
  }

  private void change() {
    beforeChange.run();
  }

  // ---- Power

  /** What may be on the platter if power fails now. This disk goes on unimpressed. */
  public synchronized MemoryDisk losePower(SplittableRandom random) {
    MemoryDisk after = new MemoryDisk();
    Map<Path, Inode> found = new TreeMap<>(durableNames);
    boolean all = random.nextInt(4) == 0;
    boolean none = random.nextInt(4) == 0;
    for (Step step : pending) {
      if (all || (!none && random.nextBoolean())) {
        step.names().forEach((path, inode) -> put(found, path, inode));
      }
    }
    Map<Inode, Inode> copies = new HashMap<>();
    found.forEach(
        (path, inode) -> {
          Inode copy = copies.computeIfAbsent(inode, old -> old.losePower(random));
          after.names.put(path, copy);
          after.durableNames.put(path, copy);
        });
    for (Path directory : directories) {
      if (durableDirectories.contains(directory) || all || (!none && random.nextBoolean())) {
        after.directories.add(directory);
        after.durableDirectories.add(directory);
      }
    }
    after.dropOrphans();
    return after;
  }

  /** The process dies, the machine doesn't: the cache is all there, and what is pending stays so. Locks are gone. */
  public synchronized MemoryDisk killProcess() {
    MemoryDisk after = new MemoryDisk();
    Map<Inode, Inode> copies = new HashMap<>();
    names.forEach((path, inode) -> after.names.put(path, copy(copies, inode)));
    durableNames.forEach((path, inode) -> after.durableNames.put(path, copy(copies, inode)));
    for (Step step : pending) {
      Map<Path, Optional<Inode>> copied = new TreeMap<>();
      step.names().forEach((p, inode) -> copied.put(p, inode.map(i -> copy(copies, i))));
      after.pending.add(new Step(copied));
    }
    after.directories.addAll(directories);
    after.durableDirectories.addAll(durableDirectories);
    return after;
  }

  private static Inode copy(Map<Inode, Inode> copies, Inode inode) {
    return copies.computeIfAbsent(inode, Inode::copy);
  }

  private void dropOrphans() {
    directories.removeIf(path -> !isReachable(path));
    durableDirectories.retainAll(directories);
    names.keySet().removeIf(path -> !directories.contains(parent(path)));
    durableNames.keySet().retainAll(names.keySet());
  }

  private boolean isReachable(Path directory) {
    Path above = directory.getParent();
    return above == null || above.getParent() == null || directories.contains(above);
  }

  private static void put(Map<Path, Inode> names, Path path, Optional<Inode> inode) {
    if (inode.isPresent()) {
      names.put(path, inode.get());
    } else {
      names.remove(path);
    }
  }

  // ---- For tests that look into files, and damage them

  public synchronized List<Path> files() {
    return new ArrayList<>(names.keySet());
  }

  public synchronized byte[] content(Path file) throws IOException {
    return inode(file).content();
  }

  /** As if it had always been so. */
  public synchronized void replace(Path file, byte[] content) {
    Inode inode = new Inode(content);
    names.put(file, inode);
    durableNames.put(file, inode);
  }

  /** As if it had never been there. */
  public synchronized void remove(Path file) {
    names.remove(file);
    durableNames.remove(file);
  }

  // ---- Disk

  @Override
  public synchronized DiskFile open(Path file, Access access) throws IOException {
    Inode inode = names.get(file);
    if (inode == null && (access == Access.READ || access == Access.WRITE)) {
      throw new FileNotFoundException(file.toString());
    }
    if (inode == null) {
      change();
      inode = new Inode(new byte[0]);
      take(Map.of(file, Optional.of(inode)));
    } else if (access == Access.RENEW) {
      change();
      inode.truncate();
    }
    return new MemoryFile(this, inode, access != Access.READ);
  }

  @Override
  public synchronized boolean exists(Path file) {
    return names.containsKey(file) || directories.contains(file);
  }

  @Override
  public synchronized List<String> list(Path directory) throws IOException {
    if (!directories.contains(directory)) {
      throw new FileNotFoundException(directory.toString());
    }
    return names.keySet().stream()
        .filter(path -> parent(path).equals(directory))
        .map(path -> path.getFileName().toString())
        .sorted()
        .toList();
  }

  /** Of which the parent is durable when this returns, as the interface asks. */
  @Override
  public synchronized void createDirectories(Path directory) {
    if (directory.getParent() == null) {
      return;
    }
    createDirectories(directory.getParent());
    if (!directories.contains(directory)) {
      change();
      directories.add(directory);
    }
    if (!durableDirectories.contains(directory)) {
      change();
      durableDirectories.add(directory);
    }
  }

  @Override
  public synchronized void rename(Path from, Path to) throws IOException {
    Inode inode = inode(from);
    change();
    take(Map.of(from, Optional.empty(), to, Optional.of(inode)));
  }

  @Override
  public synchronized void delete(Path file) throws IOException {
    inode(file);
    change();
    take(Map.of(file, Optional.empty()));
  }

  private void take(Map<Path, Optional<Inode>> step) {
    step.forEach((path, inode) -> put(names, path, inode));
    pending.add(new Step(step));
  }

  @Override
  public synchronized void force(Path directory) {
    change();
    pending.removeIf(
        step -> {
          boolean here = step.names().keySet().stream().anyMatch(p -> parent(p).equals(directory));
          if (here) {
            step.names().forEach((path, inode) -> put(durableNames, path, inode));
          }
          return here;
        });
  }

  @Override
  public synchronized Optional<Closeable> lock(Path file) throws IOException {
    open(file, Access.CREATE).close();
    if (!locked.add(file)) {
      return Optional.empty();
    }
    return Optional.of(
        () -> {
          synchronized (this) {
            locked.remove(file);
          }
        });
  }

  /** Runs what changes a file, after the test was told. */
  synchronized void changing(Runnable action) {
    change();
    action.run();
  }

  private Inode inode(Path file) throws IOException {
    Inode inode = names.get(file);
    if (inode == null) {
      throw new FileNotFoundException(file.toString());
    }
    return inode;
  }

  private static Path parent(Path path) {
    Path parent = path.getParent();
    if (parent == null) {
      throw new IllegalArgumentException(path + " isn't absolute");
    }
    return parent;
  }
}
