package io.balsa.examples.bench.micro;

import com.google.protobuf.ByteString;
import io.balsa.kv.command.CommandCodec;
import io.balsa.kv.command.KvCommand;
import io.balsa.kv.model.KvError;
import io.balsa.kv.proto.PutRequest;
import io.balsa.kv.proto.ResponseHeader;
import io.balsa.kv.proto.WatchCreateRequest;
import io.balsa.kv.proto.WatchRequest;
import io.balsa.kv.proto.WatchResponse;
import io.balsa.kv.state.KvResult;
import io.balsa.kv.state.KvStateConfig;
import io.balsa.kv.state.KvStateMachine;
import io.balsa.kv.watch.WatchConfig;
import io.balsa.kv.watch.WatchHub;
import io.balsa.kv.watch.WatchSink;
import io.balsa.kv.watch.WatchStream;
import io.balsa.raft.model.Entry;
import io.balsa.raft.model.EntryId;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * What watching costs per put, in runs of 64: applied in memory, matched against a thousand watchers of a key each, and handed to
 * the streams of those whom it concerns.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class WatchBenchmark {
  private static final int BATCH = 64;
  private static final int WATCHERS = 1_000;
  private static final ByteString VALUE = ByteString.copyFrom(new byte[256]);

  private final KvStateMachine state = KvStateMachine.inMemory(KvStateConfig.DEFAULT);
  private final WatchHub hub =
      new WatchHub(
          state.events(),
          WatchConfig.DEFAULT,
          revision -> ResponseHeader.newBuilder().setRevision(revision).build(),
          () -> true,
          System::nanoTime);
  private final Semaphore delivered = new Semaphore(0);
  private long index;

  /** Lets everybody watch. */
  @Setup
  public void open() {
    state.setListener(hub);
    hub.start();
    WatchStream stream = hub.newStream(new Counting(), false);
    stream.open();
    for (int watcher = 0; watcher < WATCHERS; watcher++) {
      stream.onRequest(
          WatchRequest.newBuilder()
              .setCreateRequest(WatchCreateRequest.newBuilder().setKey(key(watcher)))
              .build());
    }
    delivered.acquireUninterruptibly(WATCHERS); // Each says that it was created.
  }

  /** Per put that one of them watches. */
  @Benchmark
  @OperationsPerInvocation(BATCH)
  public List<KvResult> applyWatched() {
    List<KvResult> results = apply(0);
    delivered.acquireUninterruptibly(BATCH);
    return results;
  }

  /** Per put that none of them watches. */
  @Benchmark
  @OperationsPerInvocation(BATCH)
  public List<KvResult> applyUnwatched() {
    return apply(WATCHERS);
  }

  private List<KvResult> apply(int fromKey) {
    List<Entry> entries = new ArrayList<>(BATCH);
    for (int i = 0; i < BATCH; i++) {
      PutRequest put = PutRequest.newBuilder().setKey(key(fromKey + i)).setValue(VALUE).build();
      entries.add(
          Entry.command(
              new EntryId(1, ++index), CommandCodec.encode(KvCommand.newBuilder().setPut(put))));
    }
    return state.applyAll(entries, entries.get(BATCH - 1).id());
  }

  private static ByteString key(int number) {
    return ByteString.copyFromUtf8("key-" + number);
  }

  /** Ends the hub's thread. */
  @TearDown
  public void close() {
    hub.close();
    state.close();
  }

  /** A stream's client who only counts. */
  private final class Counting implements WatchSink {
    @Override
    public boolean isReady() {
      return true;
    }

    @Override
    public void send(WatchResponse response) {
      delivered.release(response.getCreated() ? 1 : response.getEventsCount());
    }

    @Override
    public void pullRequest() {}

    @Override
    public void complete() {}

    @Override
    public void fail(KvError error) {
      throw new IllegalStateException(error.toString());
    }
  }
}
