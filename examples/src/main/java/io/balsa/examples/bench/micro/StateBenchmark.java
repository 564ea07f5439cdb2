package io.balsa.examples.bench.micro;

import com.google.protobuf.ByteString;
import io.balsa.examples.process.Trees;
import io.balsa.kv.command.CommandCodec;
import io.balsa.kv.command.KvCommand;
import io.balsa.kv.proto.PutRequest;
import io.balsa.kv.proto.RangeRequest;
import io.balsa.kv.proto.RangeResponse;
import io.balsa.kv.state.KvResult;
import io.balsa.kv.state.KvStateConfig;
import io.balsa.kv.state.KvStateMachine;
import io.balsa.kv.state.ReadView;
import io.balsa.raft.model.Entry;
import io.balsa.raft.model.EntryId;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** What the store's state costs on RocksDB, with 100,000 keys of 256 bytes in it. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class StateBenchmark {
  private static final int BATCH = 64;
  private static final int KEYS = 100_000;
  private static final int MANY = 1_000;
  private static final ByteString VALUE = ByteString.copyFrom(new byte[256]);

  private final SplittableRandom random = new SplittableRandom(1);
  private @Nullable Path dir;
  private @Nullable KvStateMachine state;
  private long index;

  /** Fills it. */
  @Setup
  public void open() {
    dir = Trees.temporary("balsa-micro-");
    state = KvStateMachine.open(dir, KvStateConfig.DEFAULT);
    for (int key = 0; key < KEYS; key += BATCH) {
      List<KvResult> results = apply(batch(key));
      if (results.isEmpty()) {
        throw new IllegalStateException("nothing was applied");
      }
    }
  }

  /** Per put, in runs of 64: decoded, written, answered. */
  @Benchmark
  @OperationsPerInvocation(BATCH)
  public List<KvResult> applyPuts() {
    return apply(batch(random.nextInt(KEYS - BATCH)));
  }

  /** One key. */
  @Benchmark
  public RangeResponse rangeOne() {
    return range(random.nextInt(KEYS), 1);
  }

  /** Per key, of a thousand in one answer. */
  @Benchmark
  @OperationsPerInvocation(MANY)
  public RangeResponse rangeThousand() {
    return range(random.nextInt(KEYS - MANY), MANY);
  }

  private RangeResponse range(int from, int count) {
    RangeRequest.Builder request = RangeRequest.newBuilder().setKey(key(from));
    if (count > 1) {
      request.setRangeEnd(key(from + count));
    }
    try (ReadView view = opened().view()) {
      return view.range(request.build());
    }
  }

  private List<KvResult> apply(List<Entry> entries) {
    return opened().applyAll(entries, entries.get(entries.size() - 1).id());
  }

  private KvStateMachine opened() {
    if (state == null) {
      throw new IllegalStateException("not open");
    }
    return state;
  }

  private List<Entry> batch(int from) {
    List<Entry> entries = new ArrayList<>(BATCH);
    for (int i = 0; i < BATCH; i++) {
      PutRequest put = PutRequest.newBuilder().setKey(key(from + i)).setValue(VALUE).build();
      entries.add(
          Entry.command(
              new EntryId(1, ++index), CommandCodec.encode(KvCommand.newBuilder().setPut(put))));
    }
    return entries;
  }

  private static ByteString key(int number) {
    return ByteString.copyFrom(ByteBuffer.allocate(Long.BYTES).putLong(number).array());
  }

  /** Deletes it. */
  @TearDown
  public void close() {
    if (state != null && dir != null) {
      state.close();
      Trees.delete(dir);
    }
  }
}
