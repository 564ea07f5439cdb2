package io.balsa.raft.file.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.balsa.raft.model.Entry;
import io.balsa.raft.model.GroupId;
import io.balsa.raft.model.PersistBatch;
import io.balsa.raft.model.RestoredState;
import io.balsa.raft.model.SnapshotMeta;
import io.balsa.raft.model.StorageException;
import io.balsa.raft.testkit.contract.LogModel;
import io.balsa.raft.testkit.contract.LogSteps;
import io.balsa.raft.testkit.disk.MemoryDisk;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicReference;

/** One random log of three groups, and what it is after crashes anywhere in it. One thread. */
final class CrashingLog {
  /** How a life of the log ends. */
  enum Crash {
    POWER,
    PROCESS,
    /** A flush fails, the process ends itself, the machine goes on. */
    FLUSH,
    /** Power fails within the recovery from another crash. */
    POWER_IN_RECOVERY
  }

  private static final Path DIRECTORY = Path.of("/data/member/log");
  private static final long SEGMENT_BYTES = 4 << 10;
  private static final int GROUPS = 3;
  private static final int STEPS = 120;

  private final SplittableRandom random;
  private final LogSteps steps;
  private final LogSteps later;
  private final MemoryDisk disk = new MemoryDisk();
  private final Map<Crash, Integer> states = new EnumMap<>(Crash.class);

  /** What was acknowledged, by group. */
  private final List<LogModel> acknowledged = new ArrayList<>();

  /** What is being written. */
  private List<PersistBatch> underWay = List.of();

  private int changes;
  private String where = "";

  CrashingLog(long seed) {
    random = new SplittableRandom(seed);
    steps = new LogSteps(random.nextLong());
    later = new LogSteps(random.nextLong());
    for (int g = 0; g < GROUPS; g++) {
      acknowledged.add(new LogModel());
    }
  }

  /** How many crashes of each kind there were. */
  Map<Crash, Integer> states() {
    return states;
  }

  String where() {
    return where;
  }

  void run() {
    disk.beforeEachChange(this::maybeCrash);
    FileLogStore store = open(disk);
    openAll(store, acknowledged);
    for (int step = 0; step < STEPS; step++) {
      switch (steps.nextInt(25)) {
        case 0 -> {
          store.close();
          store = open(disk);
          openAll(store, acknowledged);
        }
        case 1, 2, 3 -> compact(store, steps, acknowledged);
        default -> persist(store, steps);
      }
    }
    failAFlush(store);
  }

  private static FileLogStore open(MemoryDisk on) {
    return FileLogStore.on(on, DIRECTORY, SEGMENT_BYTES, Runnable::run);
  }

  private static void openAll(FileLogStore store, List<LogModel> logs) {
    for (int g = 0; g < GROUPS; g++) {
      LogModel log = logs.get(g);
      RestoredState found = store.open(GroupId.of(g));
      log.adopt(found);
      assertThat(found).isEqualTo(log.expected());
    }
  }

  private void persist(FileLogStore store, LogSteps drawn) {
    underWay = draw(drawn, acknowledged);
    store.persist(underWay);
    underWay.forEach(batch -> acknowledged.get((int) batch.group().value()).persist(batch));
    underWay = List.of();
  }

  private static List<PersistBatch> draw(LogSteps drawn, List<LogModel> logs) {
    List<LogModel> ahead = copies(logs);
    List<PersistBatch> batches = new ArrayList<>();
    for (int i = 0; i <= drawn.nextInt(4); i++) {
      int g = drawn.nextInt(GROUPS);
      PersistBatch batch = drawn.batch(GroupId.of(g), ahead.get(g));
      ahead.get(g).persist(batch);
      batches.add(batch);
    }
    return batches;
  }

  private static void compact(FileLogStore store, LogSteps drawn, List<LogModel> logs) {
    int g = drawn.nextInt(GROUPS);
    LogModel log = logs.get(g);
    SnapshotMeta base = log.baseAt(drawn.between(log.base().index(), log.lastIndex()));
    log.compact(base); // a crash may leave it or not, so it counts from now on
    store.compact(GroupId.of(g), base);
  }

  // ---- Crashing

  private void maybeCrash() {
    changes++;
    if (random.nextInt(6) == 0) {
      where = "before change " + changes + ", power fails";
      count(Crash.POWER);
      recoverAndGoOn(disk.losePower(random), 0);
    } else if (random.nextInt(40) == 0) {
      where = "before change " + changes + ", the process is killed";
      count(Crash.PROCESS);
      recoverAndGoOn(disk.killProcess(), 0);
    }
  }

  private void count(Crash crash) {
    states.merge(crash, 1, Integer::sum);
  }

  /** Of a process that ends itself because a flush failed, the page cache shows what never came to the platter. */
  private void failAFlush(FileLogStore store) {
    int after = random.nextInt(4);
    int[] forces = {0};
    disk.failForces(() -> forces[0]++ >= after);
    try {
      while (true) {
        persist(store, steps);
        compact(store, steps, acknowledged);
      }
    } catch (StorageException failed) {
      assertThat(failed).hasMessageContaining("Input/output error");
    }
    where = "flush " + after + " after change " + changes + " failed";
    count(Crash.FLUSH);
    recoverAndGoOn(disk.killProcess(), 0);
  }

  /** Opens what a crash left, compares, writes more, loses power again, and compares again. */
  private void recoverAndGoOn(MemoryDisk crashed, int depth) {
    List<LogModel> logs = recover(crashed, depth);
    if (logs.isEmpty()) {
      return; // within the recovery power went once more
    }
    crashed.beforeEachChange(() -> {});
    List<LogModel> found = copies(logs);
    try (FileLogStore store = open(crashed)) {
      openAll(store, found);
      compact(store, later, found);
      List<PersistBatch> more = draw(later, found);
      store.persist(more);
      more.forEach(batch -> found.get((int) batch.group().value()).persist(batch));
      MemoryDisk again = crashed.losePower(random);
      try (FileLogStore reopened = open(again)) {
        openAll(reopened, found);
        for (int g = 0; g < GROUPS; g++) {
          assertThat(entries(reopened, g, found.get(g).base().index()))
              .isEqualTo(entries(found.get(g)));
        }
      }
    }
  }

  /** What was found, by group; empty if power failed meanwhile, and what that left has been looked at. */
  private List<LogModel> recover(MemoryDisk crashed, int depth) {
    int[] left = {depth < 2 && random.nextInt(3) == 0 ? 1 + random.nextInt(12) : Integer.MAX_VALUE};
    AtomicReference<MemoryDisk> platter = new AtomicReference<>();
    crashed.beforeEachChange(
        () -> {
          if (--left[0] == 0) {
            platter.set(crashed.losePower(random));
          }
          if (left[0] <= 0) {
            throw new IllegalStateException("power went");
          }
        });
    List<RestoredState> found = new ArrayList<>();
    List<List<Entry>> entries = new ArrayList<>();
    try (FileLogStore store = open(crashed)) {
      for (int g = 0; g < GROUPS; g++) {
        found.add(store.open(GroupId.of(g)));
        entries.add(entries(store, g, found.get(g).base().index()));
      }
    } catch (RuntimeException e) {
      if (platter.get() == null) {
        throw e;
      }
    }
    if (platter.get() == null) {
      return matching(found, entries);
    }
    count(Crash.POWER_IN_RECOVERY);
    where += ", and again in the recovery";
    recoverAndGoOn(platter.get(), depth + 1);
    return List.of();
  }

  private static List<Entry> entries(FileLogStore store, int group, long base) {
    return store.read(GroupId.of(group), base + 1, Long.MAX_VALUE, Long.MAX_VALUE);
  }

  private static List<Entry> entries(LogModel log) {
    return log.read(log.base().index() + 1, Long.MAX_VALUE, Long.MAX_VALUE);
  }

  /** What was acknowledged and so many of the batches that were under way, in order: one of these must have been found. */
  private List<LogModel> matching(List<RestoredState> found, List<List<Entry>> entries) {
    List<LogModel> logs = copies(acknowledged);
    String differences = "";
    for (int batches = 0; ; batches++) {
      List<LogModel> candidates = copies(logs);
      Optional<String> difference = difference(candidates, found, entries);
      if (difference.isEmpty()) {
        return candidates;
      }
      differences += "\nnot " + batches + " of " + underWay.size() + ": " + difference.get();
      if (batches == underWay.size()) {
        throw new AssertionError(differences);
      }
      PersistBatch next = underWay.get(batches);
      logs.get((int) next.group().value()).persist(next);
    }
  }

  private static Optional<String> difference(
      List<LogModel> candidates, List<RestoredState> found, List<List<Entry>> entries) {
    for (int g = 0; g < GROUPS; g++) {
      LogModel log = candidates.get(g);
      try {
        log.adopt(found.get(g));
      } catch (AssertionError e) {
        return Optional.of("g" + g + ": " + e.getMessage());
      }
      if (!found.get(g).equals(log.expected())) {
        return Optional.of("g" + g + ": " + found.get(g) + " instead of " + log.expected());
      }
      if (!entries.get(g).equals(entries(log))) {
        return Optional.of("g" + g + ": other entries");
      }
    }
    return Optional.empty();
  }

  private static List<LogModel> copies(List<LogModel> logs) {
    return new ArrayList<>(logs.stream().map(LogModel::copy).toList());
  }
}
