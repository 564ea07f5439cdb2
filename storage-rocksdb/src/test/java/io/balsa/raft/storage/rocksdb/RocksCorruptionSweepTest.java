package io.balsa.raft.storage.rocksdb;

import static org.assertj.core.api.Assertions.assertThat;

import io.balsa.raft.model.Entry;
import io.balsa.raft.model.GroupId;
import io.balsa.raft.model.PersistBatch;
import io.balsa.raft.model.RestoredState;
import io.balsa.raft.model.StorageException;
import io.balsa.raft.spi.LogAudit.Finding;
import io.balsa.raft.testkit.contract.LogModel;
import io.balsa.raft.testkit.contract.LogSteps;
import io.balsa.raft.testkit.disk.Damage;
import io.balsa.raft.testkit.disk.Replay;
import io.balsa.raft.testkit.disk.Verdict;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A log on RocksDB, partly in sorted files and partly in the write-ahead log, is damaged in one place. What is refused, {@link
 * RocksLogAudit} has told before. {@code
 * -Dsweep.cases=20000 -Dsweep.seed=1}.
 */
final class RocksCorruptionSweepTest {
  private static final GroupId GROUP = GroupId.of(0);

  @TempDir private Path temporary;

  /**
   * What the log holds, its files, and as they were before.
   */
  private record Reference(LogModel log, Damage.Directory files, Damage.Directory older) {}

  @Test
  void damageIsRepairedRefusedOrHarmless() throws Exception {
    Replay replay = Replay.of("sweep", 150);
    Map<Damage.Kind, Map<Verdict, Integer>> verdicts = new TreeMap<>();
    Reference reference = write("mine", 31);
    Reference neighbour = write("neighbours", 32);
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
                + "\nreplay: -Dtest=RocksCorruptionSweepTest -Dsweep.cases=1 "
                + replay.command(seed),
            e);
      }
    }
    System.out.println("sweep: the log on RocksDB: " + verdicts);
  }

  private Verdict verdictOf(Damage.Directory files, Reference reference) throws IOException {
    Path directory = temporary.resolve("damaged");
    Files.createDirectories(directory);
    for (Map.Entry<String, byte[]> file : files.entrySet()) {
      Files.write(directory.resolve(file.getKey()), file.getValue());
    }
    boolean auditedSound = isAuditedSound(directory);
    try (RocksLogStore store = RocksLogStore.at(directory)) {
      RestoredState found = store.open(GROUP);
      long first = found.base().index() + 1;
      List<Entry> entries = store.read(GROUP, first, Long.MAX_VALUE, Long.MAX_VALUE);
      if (isThatOf(reference.log(), found, entries)) {
        return Verdict.HARMLESS;
      }
      throw new AssertionError("neither refused nor whole: " + found);
    } catch (StorageException refused) {
      assertThat(refused).message().isNotBlank();
      assertThat(auditedSound).as("what is refused was told before: %s", refused).isFalse();
      return Verdict.REFUSED;
    } finally {
      Directories.delete(directory);
    }
  }

  /**
   * Whether an audit, which changes nothing, finds no damage. It looks into rows that the store never reads any more, so it may
   * find more than what is refused.
   */
  private static boolean isAuditedSound(Path directory) throws IOException {
    Damage.Directory before = files(directory);
    boolean sound;
    try (RocksLogAudit audit = RocksLogAudit.open(directory)) {
      audit
          .groups()
          .forEach(
              (group, log) -> {
                long first = log.base().index() + 1;
                assertThat(audit.read(group, first, Long.MAX_VALUE, Long.MAX_VALUE))
                    .hasSize((int) (log.lastIndex() - log.base().index()));
              });
      sound = audit.findings().stream().noneMatch(Finding::damage);
    } catch (StorageException refused) {
      sound = false;
    }
    Damage.Directory after = files(directory);
    before.remove("LOCK");
    after.remove("LOCK");
    assertThat(after.keySet()).isEqualTo(before.keySet());
    after.forEach((name, content) -> assertThat(content).as(name).isEqualTo(before.get(name)));
    return sound;
  }

  private static boolean isThatOf(LogModel model, RestoredState found, List<Entry> entries) {
    LogModel log = model.copy();
    try {
      log.adopt(found);
    } catch (AssertionError e) {
      return false;
    }
    return found.equals(log.expected())
        && entries.equals(log.read(log.base().index() + 1, Long.MAX_VALUE, Long.MAX_VALUE));
  }

  private Reference write(String name, long seed) throws IOException {
    Path directory = temporary.resolve(name);
    LogSteps steps = new LogSteps(seed);
    LogModel log = new LogModel();
    Damage.Directory older = new Damage.Directory();
    for (int start = 0;
        start < 3;
        start++) { // each start writes the write-ahead log into a sorted file
      try (RocksLogStore store = RocksLogStore.at(directory)) {
        log.adopt(store.open(GROUP));
        for (int i = 0; i < 40; i++) {
          PersistBatch batch = steps.batch(GROUP, log);
          store.persist(List.of(batch));
          log.persist(batch);
        }
        if (start == 1) {
          older = files(directory);
        }
      }
    }
    return new Reference(log, files(directory), older);
  }

  private static Damage.Directory files(Path directory) throws IOException {
    Damage.Directory files = new Damage.Directory();
    for (Path file : Directories.files(directory)) {
      String name = file.getFileName().toString();
      if (!name.startsWith("LOG") && Files.isRegularFile(file)) { // what RocksDB tells people
        files.put(name, Files.readAllBytes(file));
      }
    }
    return files;
  }
}
