package io.balsa.examples.bench.micro;

import io.balsa.raft.message.Message.AppendAccepted;
import io.balsa.raft.message.Message.PreVoteResponse;
import io.balsa.raft.message.Message.VoteResponse;
import io.balsa.raft.model.Bytes;
import io.balsa.raft.model.GroupId;
import io.balsa.raft.model.HardState;
import io.balsa.raft.model.Membership;
import io.balsa.raft.model.NodeId;
import io.balsa.raft.model.SnapshotMeta;
import io.balsa.raft.protocol.CoreConfig;
import io.balsa.raft.protocol.Input;
import io.balsa.raft.protocol.RaftCore;
import io.balsa.raft.protocol.Ready;
import io.balsa.raft.testkit.invariant.LogImage;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** What the protocol itself costs a leader per command, in batches of 64: proposed, persisted, accepted by both others, applied. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class CoreStepBenchmark {
  private static final int BATCH = 64;
  private static final int KEEP = 10_000;
  private static final NodeId SELF = NodeId.of("a");
  private static final NodeId B = NodeId.of("b");
  private static final NodeId C = NodeId.of("c");
  private static final long ELECTION_NANOS = 1_000_000_000L;

  private final List<Bytes> commands = Collections.nCopies(BATCH, Bytes.copyOf(new byte[256]));
  private RaftCore core = elect();
  private long now;
  private long proposals;
  private long persistId;
  private long lastIndex;
  private long applied;

  /** A new leader, for every iteration. */
  @Setup
  public void setUp() {
    core = elect();
    settle();
  }

  /** One batch, from proposal to application. */
  @Benchmark
  @OperationsPerInvocation(BATCH)
  public long commit() {
    step(new Input.Propose(proposals + 1, commands));
    proposals += BATCH;
    settle();
    return applied;
  }

  private void settle() {
    step(new Input.Persisted(persistId));
    step(new Input.Received(B, new AppendAccepted(core.term(), lastIndex)));
    step(new Input.Received(C, new AppendAccepted(core.term(), lastIndex)));
    if (applied % KEEP < BATCH && applied > KEEP) {
      step(new Input.SnapshotTaken(applied, applied - KEEP / 2));
    }
  }

  private RaftCore elect() {
    LogImage log = new LogImage(SnapshotMeta.initial(Membership.ofVoters(List.of(SELF, B, C))));
    log.writeHardState(new HardState(1, Optional.empty()));
    CoreConfig config =
        new CoreConfig(
            SELF,
            GroupId.ONLY,
            ELECTION_NANOS,
            ELECTION_NANOS / 10,
            4096,
            1 << 20,
            64,
            8 << 20,
            64 << 20,
            1 << 20,
            0,
            0);
    lastIndex = 0;
    applied = 0;
    proposals = 0;
    core = RaftCore.restore(config, log.restored(1), 0, 1, 0);
    now = core.nextDeadline();
    step(new Input.TimePassed());
    step(new Input.Received(B, new PreVoteResponse(1, 2, true)));
    step(new Input.Persisted(persistId));
    step(new Input.Received(B, new VoteResponse(2, true)));
    return core;
  }

  private void step(Input input) {
    core.step(now, input);
    Ready ready = core.takeReady();
    ready
        .persist()
        .ifPresent(
            batch -> {
              persistId = batch.persistId();
              lastIndex += batch.entries().size();
            });
    ready
        .apply()
        .ifPresent(
            range -> {
              applied = range.throughIndex();
              step(new Input.Applied(applied));
            });
  }
}
