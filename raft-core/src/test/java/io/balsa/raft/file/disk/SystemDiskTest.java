package io.balsa.raft.file.disk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class SystemDiskTest {
  private final Disk disk = Disk.ofSystem();

  @TempDir Path directory;

  @Test
  void aLockIsHeldUntilItIsClosed() throws Exception {
    Path file = directory.resolve("lock");
    Closeable first = disk.lock(file).orElseThrow();
    assertThat(disk.lock(file)).isEmpty();
    assertThat(disk.lock(directory.resolve("../" + directory.getFileName() + "/lock"))).isEmpty();
    first.close();
    Optional<Closeable> second = disk.lock(file);
    assertThat(second).isPresent();
    second.get().close();
  }

  /** POSIX: whoever closes any descriptor of a file gives up all locks that its process holds on it (trap D9). */
  @Test
  void aSecondAttemptInThisProcessLeavesTheLockHeldForOtherProcesses() throws Exception {
    Path locks = Path.of("/proc/locks");
    assumeTrue(Files.isReadable(locks), "needs Linux's /proc/locks");
    Path file = directory.resolve("lock");
    try (Closeable held = disk.lock(file).orElseThrow()) {
      assertThat(held).isNotNull();
      String inode = ":" + Files.getAttribute(file, "unix:ino") + " ";
      assertThat(Files.readString(locks)).contains(inode);
      assertThat(disk.lock(file)).isEmpty();
      assertThat(Files.readString(locks)).contains(inode);
    }
  }

  @Test
  void directoriesAreMadeWithTheirParents() throws IOException {
    Path deep = directory.resolve("a/b/c");
    disk.createDirectories(deep);
    disk.createDirectories(deep);
    assertThat(deep).isDirectory();
    assertThat(disk.list(directory.resolve("a"))).containsExactly("b");
  }
}
