package io.balsa.raft.file.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.balsa.raft.model.Bytes;
import io.balsa.raft.model.Entry;
import io.balsa.raft.model.EntryId;
import io.balsa.raft.model.GroupId;
import io.balsa.raft.model.PersistBatch;
import io.balsa.raft.model.RestoredState;
import io.balsa.raft.model.StorageException;
import io.balsa.raft.testkit.contract.LogModel;
import io.balsa.raft.testkit.contract.LogSteps;
import io.balsa.raft.testkit.disk.Damage;
import io.balsa.raft.testkit.disk.MemoryDisk;
import io.balsa.raft.testkit.disk.Replay;
import io.balsa.raft.testkit.disk.Verdict;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/**
 * A log of several segments is damaged in one place, and opened: it shows all of what was acknowledged, or refuses, naming the
 * file. It is never shortened, and nothing wrong is ever read. {@link FileLogAudit}, asked before, says the same of it. {@code -Dsweep.cases=20000 -Dsweep.seed=1}.
 */
final class LogCorruptionSweepTest {
  private static final Path DIRECTORY = Path.of("/member/log");
  private static final long SEGMENT_BYTES = 4 << 10;
  private static final int GROUPS = 3;

  /** What the log should hold, by group, and its files. */
  private record Reference(List<LogModel> logs, Damage.Directory files, Damage.Directory older) {}

  @Test
  void damageIsRepairedRefusedOrHarmless() throws Exception {
    Replay replay = Replay.of("sweep", 1200);
    Map<Damage.Kind, Map<Verdict, Integer>> verdicts = new TreeMap<>();
    Reference reference = write(1);
    Reference neighbour = write(1);
    for (long seed = replay.seed(); seed < replay.seed() + replay.cases(); seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      Damage.Directory files = new Damage.Directory(reference.files());
      Damage damage = Damage.in(files, neighbour.files(), reference.older(), random);
      try {
        Verdict verdict = verdictOf(files, reference.logs(), damage);
        verdicts
            .computeIfAbsent(damage.kind(), kind -> new TreeMap<>())
            .merge(verdict, 1, Integer::sum);
      } catch (RuntimeException | IOException | AssertionError e) {
        throw new AssertionError(
            damage
                + "\nreplay: -Dtest=LogCorruptionSweepTest -Dsweep.cases=1 "
                + replay.command(seed),
            e);
      }
    }
    System.out.println("sweep: the log: " + verdicts);
    if (replay.cases() >= 1000) {
      assertThat(verdicts.keySet()).containsExactlyInAnyOrder(Damage.Kind.values());
    }
  }

  private static Verdict verdictOf(Damage.Directory files, List<LogModel> expected, Damage damage)
      throws IOException {
    MemoryDisk disk = disk(files);
    boolean auditedSound = AuditedLog.isSound(disk, DIRECTORY);
    List<LogModel> logs = new ArrayList<>(expected.stream().map(LogModel::copy).toList());
    try (FileLogStore store = open(disk)) {
      for (int g = 0; g < GROUPS; g++) {
        compare(store, g, logs.get(g));
      }
      append(store, logs.get(0));
    } catch (StorageException refused) {
      assertThat(auditedSound).as("what is refused was told before: %s", refused).isFalse();
      assertThat(refused).hasMessageContaining(DIRECTORY.toString());
      if (damage.kind() == Damage.Kind.BIT && damage.file().endsWith(".log")) {
        assertThat(refused).hasMessageMatching("(?s).*(offset|header).*");
      }
      return Verdict.REFUSED;
    }
    assertThat(auditedSound).as("what opens was told to be in order").isTrue();
    try (FileLogStore again = open(disk)) {
      for (int g = 0; g < GROUPS; g++) {
        compare(again, g, logs.get(g));
      }
    }
    byte[] damaged = files.get(damage.file());
    Path file = DIRECTORY.resolve(damage.file());
    boolean left = damaged != null && Arrays.equals(damaged, contentOf(disk, file));
    return left ? Verdict.HARMLESS : Verdict.REPAIRED;
  }

  private static byte[] contentOf(MemoryDisk disk, Path file) throws IOException {
    return disk.files().contains(file) ? disk.content(file) : new byte[0];
  }

  private static void compare(FileLogStore store, int group, LogModel log) {
    RestoredState found = store.open(GroupId.of(group));
    log.adopt(found);
    assertThat(found).isEqualTo(log.expected());
    long first = log.base().index() + 1;
    assertThat(store.read(GroupId.of(group), first, Long.MAX_VALUE, Long.MAX_VALUE))
        .isEqualTo(log.read(first, Long.MAX_VALUE, Long.MAX_VALUE));
  }

  private static void append(FileLogStore store, LogModel log) {
    EntryId id = new EntryId(log.termAt(log.lastIndex()) + 1, log.lastIndex() + 1);
    PersistBatch batch =
        new PersistBatch(
            GroupId.of(0),
            1,
            Optional.empty(),
            Optional.empty(),
            List.of(Entry.command(id, Bytes.utf8("afterwards"))));
    store.persist(List.of(batch));
    log.persist(batch);
  }

  /** The log of a member that was killed; the same steps give the same log under another id. */
  private static Reference write(long seed) throws IOException {
    MemoryDisk disk = new MemoryDisk();
    LogSteps steps = new LogSteps(seed);
    List<LogModel> logs = new ArrayList<>();
    for (int g = 0; g < GROUPS; g++) {
      logs.add(new LogModel());
    }
    FileLogStore store = open(disk);
    for (int g = 0; g < GROUPS; g++) {
      compare(store, g, logs.get(g));
    }
    write(store, steps, logs, 60);
    Damage.Directory older = files(disk);
    write(store, steps, logs, 60);
    return new Reference(logs, files(disk), older);
  }

  private static void write(FileLogStore store, LogSteps steps, List<LogModel> logs, int count) {
    for (int i = 0; i < count; i++) {
      int g = steps.nextInt(GROUPS);
      LogModel log = logs.get(g);
      if (steps.nextInt(15) == 0) {
        var base = log.baseAt(steps.between(log.base().index(), log.lastIndex()));
        store.compact(GroupId.of(g), base);
        log.compact(base);
      } else {
        PersistBatch batch = steps.batch(GroupId.of(g), log);
        store.persist(List.of(batch));
        log.persist(batch);
      }
    }
  }

  private static FileLogStore open(MemoryDisk disk) {
    return FileLogStore.on(disk, DIRECTORY, SEGMENT_BYTES, Runnable::run);
  }

  private static Damage.Directory files(MemoryDisk disk) throws IOException {
    Damage.Directory files = new Damage.Directory();
    for (Path file : disk.files()) {
      files.put(file.getFileName().toString(), disk.content(file));
    }
    return files;
  }

  private static MemoryDisk disk(Damage.Directory files) {
    MemoryDisk disk = new MemoryDisk();
    disk.createDirectories(DIRECTORY);
    files.forEach((name, content) -> disk.replace(DIRECTORY.resolve(name), content));
    return disk;
  }
}
