package io.balsa.kv.server;

import io.balsa.kv.model.KeyRange;
import io.balsa.kv.request.Replica;
import io.balsa.kv.state.EventSource;
import io.balsa.kv.state.ForgetfulState;
import io.balsa.kv.state.HistoryBatch;
import io.balsa.kv.state.HistoryCompactedException;
import io.balsa.kv.state.KvResult;
import io.balsa.kv.state.KvStateConfig;
import io.balsa.kv.state.KvStateMachine;
import io.balsa.raft.NodeStatus;
import io.balsa.raft.Outcome;
import io.balsa.raft.model.Bytes;
import io.balsa.raft.model.NodeId;
import io.balsa.raft.spi.LogStore;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * Members with one broken part each, which {@code chaos --bug} starts in the sound ones' place: tests of the oracles. They are
 * in no jar that is shipped.
 */
enum PlantedBug implements MemberParts {

  /** An acknowledged write may be lost when a majority is killed. */
  REPLY_BEFORE_FSYNC {
    @Override
    public LogStore log(Path dir) {
      return new LateLogStore(super.log(dir));
    }
  },

  /** A member answers linearizable reads from what it has, without asking whether that is all there is. */
  READ_WITHOUT_QUORUM {
    @Override
    public Replica replica(Replica node) {
      return new HastyReplica(node);
    }
  },

  /** A watch that is overtaken by a compaction goes on behind it, as if nothing had been missed. */
  WATCH_SKIPS_AT_COMPACTION {
    @Override
    public EventSource events(KvStateMachine state) {
      return new SkippingEvents(super.events(state));
    }
  },

  /** After a restart the store counts on from the newest key that is left, not from the newest revision. */
  REVISION_NOT_RESTORED {
    @Override
    public KvStateMachine state(Path dir, KvStateConfig config) {
      return ForgetfulState.open(dir, config);
    }
  };

  /** Reads at once. */
  private record HastyReplica(Replica node) implements Replica {
    @Override
    public CompletableFuture<Outcome<KvResult>> propose(Bytes command) {
      return node.propose(command);
    }

    @Override
    public CompletableFuture<Long> readBarrier() {
      return CompletableFuture.completedFuture(0L);
    }

    @Override
    public CompletableFuture<Void> transferLeadership(NodeId target) {
      return node.transferLeadership(target);
    }

    @Override
    public long term() {
      return node.term();
    }

    @Override
    public Optional<NodeId> leader() {
      return node.leader();
    }

    @Override
    public NodeStatus status() {
      return node.status();
    }
  }

  /** Reads on behind what is compacted. */
  private record SkippingEvents(EventSource events) implements EventSource {
    @Override
    public long currentRevision() {
      return events.currentRevision();
    }

    /** As if there were no such thing: a watch that starts before it isn't refused. */
    @Override
    public long compactedRevision() {
      return -1;
    }

    @Override
    public HistoryBatch read(
        long fromRevision, KeyRange range, boolean withPrev, int revisionsMax, long bytesMax) {
      try {
        return events.read(fromRevision, range, withPrev, revisionsMax, bytesMax);
      } catch (HistoryCompactedException gone) {
        return events.read(gone.compactedRevision(), range, withPrev, revisionsMax, bytesMax);
      }
    }
  }
}
