package io.balsa.examples.chaos.fault;

import io.balsa.examples.chaos.cluster.ChaosCluster;
import io.balsa.examples.chaos.cluster.ChaosSpec;
import io.balsa.examples.process.MemberSpec;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Small file systems for some members' data, so that they can be filled up without harm to anybody else. Unmounted when
 * closed, and when this JVM ends. One thread.
 */
public final class Mounts implements AutoCloseable {
  private static final String SIZE = "size=256m";

  private final List<Path> mounted = new ArrayList<>();
  private final Thread lastResort = new Thread(this::unmountAll, "unmount-chaos");

  private Mounts() {}

  /** For the last of the first members, if a fault wants it and this process may mount; before the member is started. */
  public static Mounts mount(ChaosSpec spec, List<Fault> faults) {
    Mounts mounts = new Mounts();
    if (faults.stream().noneMatch(DiskFaults.FullDisk.class::isInstance)) {
      return mounts;
    }
    Runtime.getRuntime().addShutdownHook(mounts.lastResort);
    List<MemberSpec> initial = spec.initialMembers();
    Path dir = initial.get(initial.size() - 1).dataDir();
    try {
      Files.createDirectories(dir);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    if (Tools.onPath("mount").isPresent()
        && Tools.succeeds(List.of("mount", "-t", "tmpfs", "-o", SIZE, "none", dir.toString()))) {
      mounts.mounted.add(dir);
    }
    return mounts;
  }

  /** The members whose data is on a file system of its own. */
  static List<MemberSpec> of(ChaosCluster cluster) {
    return cluster.present().stream().filter(member -> isMounted(member.dataDir())).toList();
  }

  private static boolean isMounted(Path dir) {
    try {
      return !Files.getFileStore(dir).equals(Files.getFileStore(dir.getParent()));
    } catch (IOException e) {
      return false; // Not there yet, so nothing is mounted on it.
    }
  }

  @Override
  public void close() {
    unmountAll();
    try {
      Runtime.getRuntime().removeShutdownHook(lastResort);
    } catch (IllegalStateException e) {
      return; // The JVM is on its way out, and the hook has run or will.
    }
  }

  private synchronized void unmountAll() {
    for (Path dir : mounted) {
      // Lazily: a member that is still being killed mustn't leave it mounted.
      var unused = Tools.succeeds(List.of("umount", "-l", dir.toString()));
    }
    mounted.clear();
  }
}
