package io.balsa.examples.bench.micro;

import io.balsa.examples.process.Trees;
import io.balsa.raft.file.log.FileLogStore;
import io.balsa.raft.model.Bytes;
import io.balsa.raft.model.Entry;
import io.balsa.raft.model.EntryId;
import io.balsa.raft.model.GroupId;
import io.balsa.raft.model.PersistBatch;
import io.balsa.raft.spi.LogStore;
import io.balsa.raft.storage.rocksdb.RocksLogStore;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** What the log stores cost per entry of 256 bytes, in batches of 64, the disk's flush among it. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class LogAppendBenchmark {
  private static final int BATCH = 64;

  @Param({"file", "rocksdb"})
  private String kind = "file";

  private final Bytes payload = Bytes.copyOf(new byte[256]);
  private @Nullable Path dir;
  private @Nullable LogStore store;
  private long nextIndex;
  private long persistId;

  /** A new log. */
  @Setup(Level.Iteration)
  public void open() {
    dir = Trees.temporary("balsa-micro-");
    store = kind.equals("file") ? FileLogStore.at(dir) : RocksLogStore.at(dir);
    nextIndex = store.open(GroupId.ONLY).lastIndex() + 1;
    persistId = 0;
  }

  /** One batch, durable. */
  @Benchmark
  @OperationsPerInvocation(BATCH)
  public void append() {
    List<Entry> entries = new ArrayList<>(BATCH);
    for (int i = 0; i < BATCH; i++) {
      entries.add(Entry.command(new EntryId(1, nextIndex++), payload));
    }
    PersistBatch batch =
        new PersistBatch(GroupId.ONLY, ++persistId, Optional.empty(), Optional.empty(), entries);
    if (store != null) {
      store.persist(List.of(batch));
    }
  }

  /** Deletes it. */
  @TearDown(Level.Iteration)
  public void close() {
    if (store != null && dir != null) {
      store.close();
      Trees.delete(dir);
    }
  }
}
