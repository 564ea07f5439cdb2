package io.balsa.examples.chaos.fault;

import io.balsa.examples.process.Await;
import io.balsa.examples.process.ExampleException;
import io.balsa.examples.process.MemberSpec;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.Stream;

/** Faults of disks: full, failing, slow, damaged, lost. Stateless. */
final class DiskFaults {
  private DiskFaults() {}

  static List<Fault> all() {
    return List.of(
        new FullDisk(),
        new Traced("eio", "fsync fails with EIO, once and for all", "error=EIO:when=3+"),
        new Traced("slow-disk", "each fsync takes 0.3 s more", "delay_enter=300000"),
        new Replacing(
            "corrupt", "bits flip in files of one member while it is down", DiskFaults::corrupt),
        new Replacing(
            "disk-loss", "one member loses all its files, and is replaced", DiskFaults::lose));
  }

  /** Fills the disk of a member to the last byte, if its directory is on a file system of its own. */
  static final class FullDisk implements Fault {
    private static final int BLOCK_BYTES = 64 * 1024;

    @Override
    public String name() {
      return "disk-full";
    }

    @Override
    public String meaning() {
      return "one member's disk fills up, where file systems may be mounted";
    }

    @Override
    public Optional<String> missing(World world) {
      return Mounts.of(world.cluster()).isEmpty()
          ? Optional.of("the right to mount a small file system")
          : Optional.empty();
    }

    @Override
    public Strike begin(World world, SplittableRandom random) {
      MemberSpec victim = World.any(random, Mounts.of(world.cluster()));
      Path ballast = victim.dataDir().resolve("ballast");
      long bytes = fill(ballast);
      return new Strike(
          world.text(victim) + " with " + (bytes >> 20) + " MiB",
          World.between(random, 1_000, 6_000),
          () -> remove(ballast));
    }

    private static long fill(Path ballast) {
      byte[] block = new byte[BLOCK_BYTES];
      long bytes = 0;
      try (RandomAccessFile file = new RandomAccessFile(ballast.toFile(), "rw")) {
        while (true) {
          file.write(block);
          bytes += block.length;
        }
      } catch (IOException full) {
        return bytes;
      }
    }

    private static void remove(Path ballast) {
      try {
        Files.deleteIfExists(ballast);
      } catch (IOException e) {
        throw new ExampleException("can't delete " + ballast + ": " + e, e);
      }
    }
  }

  /** Has strace change what the kernel answers to fsync. */
  private record Traced(String name, String meaning, String injection) implements Fault {
    private static final String CALLS = "fsync,fdatasync";
    private static final Duration END_DEADLINE = Duration.ofSeconds(10);

    @Override
    public Optional<String> missing(World world) {
      return Tools.onPath("strace").isEmpty()
          ? Optional.of("strace (Debian: strace)")
          : Optional.empty();
    }

    @Override
    public Strike begin(World world, SplittableRandom random) {
      MemberSpec victim = world.victim(random);
      String what = world.text(victim);
      String pid = Long.toString(world.cluster().process(victim).pid());
      Process strace =
          Tools.start(
              List.of(
                  "strace",
                  "-f",
                  "-q",
                  "-o",
                  "/dev/null",
                  "-p",
                  pid,
                  "-e",
                  "trace=" + CALLS,
                  "-e",
                  "inject=" + CALLS + ":" + injection));
      Duration hold = World.between(random, 2_000, 6_000);
      return new Strike(
          what + " for " + hold.toMillis() + " ms", hold, () -> detach(world, victim, strace));
    }

    private static void detach(World world, MemberSpec victim, Process strace) {
      boolean died = !world.cluster().isRunning(victim);
      strace.destroy();
      if (!Await.holds(END_DEADLINE, () -> !strace.isAlive())) {
        strace.destroyForcibly();
      }
      world.log(victim.name() + (died ? " has stopped" : " goes on"));
    }
  }

  /** Flips bits in the files of one member while it is down. */
  private static Fault.Strike corrupt(World world, SplittableRandom random) {
    MemberSpec victim = world.expendable(random);
    String who = world.text(victim);
    world.cluster().kill(victim);
    List<Path> files = files(victim.dataDir());
    Path file = World.any(random, files);
    int flips = random.nextInt(1, 9);
    world.damage(victim);
    flip(file, flips, random);
    return new Fault.Strike(
        who + ": " + flips + " bits in " + victim.dataDir().relativize(file),
        Duration.ZERO,
        () -> world.cluster().launch(victim));
  }

  private static List<Path> files(Path dir) {
    try (Stream<Path> all = Files.walk(dir)) {
      List<Path> files = new ArrayList<>();
      for (Path file : all.sorted().toList()) {
        // The logs of RocksDB are for people; nobody reads them back.
        boolean matters = !file.getFileName().toString().startsWith("LOG");
        if (Files.isRegularFile(file) && Files.size(file) > 0 && matters) {
          files.add(file);
        }
      }
      return files;
    } catch (IOException e) {
      throw new ExampleException("can't look into " + dir + ": " + e, e);
    }
  }

  private static void flip(Path file, int flips, SplittableRandom random) {
    try (RandomAccessFile bytes = new RandomAccessFile(file.toFile(), "rw")) {
      for (int i = 0; i < flips; i++) {
        long at = random.nextLong(bytes.length());
        bytes.seek(at);
        int was = bytes.read();
        bytes.seek(at);
        bytes.write(was ^ 1 << random.nextInt(Byte.SIZE));
      }
    } catch (IOException e) {
      throw new ExampleException("can't damage " + file + ": " + e, e);
    }
  }

  /** Takes everything that one member had. */
  private static Fault.Strike lose(World world, SplittableRandom random) {
    MemberSpec victim = world.expendable(random);
    String who = world.text(victim);
    world.lose(victim);
    return new Fault.Strike(who, World.between(random, 1_000, 5_000), () -> world.replace(victim));
  }
}
