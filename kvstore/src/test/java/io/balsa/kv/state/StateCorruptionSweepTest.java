package io.balsa.kv.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.balsa.raft.model.StorageException;
import io.balsa.raft.testkit.disk.Damage;
import io.balsa.raft.testkit.disk.Replay;
import io.balsa.raft.testkit.disk.Verdict;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The directory of a state is damaged in one place. It is opened and read whole: all is as it was applied, or as it was at an
 * earlier flush, from where the log goes on; or it is refused. {@code -Dsweep.cases=20000 -Dsweep.seed=1}.
 */
final class StateCorruptionSweepTest {
  private static final KvStateConfig CONFIG = KvStateConfig.DEFAULT.withoutBackgroundCompaction();

  @TempDir private Path temporary;

  /**
   * @param hashes of the rows, by the last entry that they hold
   */
  private record Reference(
      Map<Long, Integer> hashes, Damage.Directory files, Damage.Directory older) {}

  @Test
  void damageIsRepairedRefusedOrHarmless() throws Exception {
    Replay replay = Replay.of("sweep", 100);
    Map<Damage.Kind, Map<String, Integer>> verdicts = new TreeMap<>();
    Reference reference = write("mine", 1);
    Reference neighbour = write("neighbours", 2);
    for (long seed = replay.seed(); seed < replay.seed() + replay.cases(); seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      Damage.Directory files = new Damage.Directory(reference.files());
      Damage damage = Damage.in(files, neighbour.files(), reference.older(), random);
      try {
        verdicts
            .computeIfAbsent(damage.kind(), kind -> new TreeMap<>())
            .merge(verdictOf(files, reference), 1, Integer::sum);
      } catch (RuntimeException | AssertionError e) {
        throw new AssertionError(
            damage
                + "\nreplay: -Dtest=StateCorruptionSweepTest -Dsweep.cases=1 "
                + replay.command(seed),
            e);
      }
    }
    System.out.println("sweep: the state: " + verdicts);
  }

  /** Each digit is one bit from another: the database that counted would have been swept as a leftover. */
  @Test
  void nothingIsSweptOnTheWordOfADamagedFile() throws Exception {
    Path directory = temporary.resolve("swept");
    KvStateMachine.open(directory, CONFIG).close();
    Path active = directory.resolve("ACTIVE");
    String named = Files.readString(active);
    for (String damaged : List.of(named.replace("db-1", "db-3"), "db-3\n", "db-3")) {
      Files.writeString(active, damaged);
      assertThatThrownBy(() -> KvStateMachine.open(directory, CONFIG))
          .isInstanceOf(StorageException.class)
          .hasMessageContaining(active.toString());
      assertThat(directory.resolve("db-1")).exists();
    }
    Files.writeString(active, named);
    KvStateMachine.open(directory, CONFIG).close();
  }

  private String verdictOf(Damage.Directory files, Reference reference) throws IOException {
    Path directory = temporary.resolve("damaged");
    for (Map.Entry<String, byte[]> file : files.entrySet()) {
      Path path = directory.resolve(file.getKey());
      Files.createDirectories(Objects.requireNonNull(path.getParent()));
      Files.write(path, file.getValue());
    }
    try (KvStateMachine state = KvStateMachine.open(directory, CONFIG)) {
      long index = state.lastApplied().index();
      assertThat(reference.hashes().get(index))
          .as("rows through entry %d", index)
          .isEqualTo(state.hashOfRows());
      boolean last = index == reference.hashes().keySet().stream().max(Long::compare).get();
      return last ? Verdict.HARMLESS.toString() : "AN_EARLIER_STATE";
    } catch (StorageException refused) {
      assertThat(refused).message().isNotBlank();
      return Verdict.REFUSED.toString();
    } finally {
      delete(directory);
    }
  }

  private Reference write(String name, long seed) throws IOException {
    Path directory = temporary.resolve(name);
    RecordedLog log = new RecordedLog(seed, 400);
    Map<Long, Integer> hashes = new HashMap<>();
    Damage.Directory older = new Damage.Directory();
    for (int through = 100; through <= log.size(); through += 100) {
      try (KvStateMachine state = KvStateMachine.open(directory, CONFIG)) {
        hashes.put(state.lastApplied().index(), state.hashOfRows());
        log.applyAllThrough(state, 10, through);
        state.flush();
        hashes.put(state.lastApplied().index(), state.hashOfRows());
      }
      older = through == 200 ? files(directory) : older;
    }
    return new Reference(hashes, files(directory), older);
  }

  private static Damage.Directory files(Path directory) throws IOException {
    Damage.Directory files = new Damage.Directory();
    try (Stream<Path> found = Files.walk(directory)) {
      found
          .filter(Files::isRegularFile)
          .filter(
              file -> !file.getFileName().toString().startsWith("LO")) // locks, and logs for people
          .forEach(file -> files.put(directory.relativize(file).toString(), read(file)));
    }
    return files;
  }

  private static byte[] read(Path file) {
    try {
      return Files.readAllBytes(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void delete(Path directory) throws IOException {
    List<Path> deepestFirst;
    try (Stream<Path> found = Files.walk(directory)) {
      deepestFirst = found.sorted((a, b) -> b.compareTo(a)).toList();
    }
    for (Path path : deepestFirst) {
      Files.delete(path);
    }
  }
}
