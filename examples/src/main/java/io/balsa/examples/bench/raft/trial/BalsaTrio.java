package io.balsa.examples.bench.raft.trial;

import io.balsa.raft.Outcome;
import io.balsa.raft.RaftConfig;
import io.balsa.raft.RaftNode;
import io.balsa.raft.file.FileSnapshotStore;
import io.balsa.raft.file.log.FileLogStore;
import io.balsa.raft.model.Bytes;
import io.balsa.raft.model.EntryId;
import io.balsa.raft.model.NodeId;
import io.balsa.raft.model.SnapshotMeta;
import io.balsa.raft.spi.LogStore;
import io.balsa.raft.spi.Snapshot;
import io.balsa.raft.spi.StateMachine;
import io.balsa.raft.storage.rocksdb.RocksLogStore;
import io.balsa.raft.transport.netty.NettyTransport;
import java.io.DataInputStream;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** Ours. */
final class BalsaTrio implements Trio {
  private static final Duration LEADER_DEADLINE = Duration.ofSeconds(60);

  private final List<RaftNode<Boolean>> nodes = new ArrayList<>();
  private final List<RocksLogStore> rocks = new ArrayList<>();
  private volatile RaftNode<Boolean> leader;

  BalsaTrio(boolean onRocks, Path dir, List<Integer> ports) {
    Map<NodeId, InetSocketAddress> addresses = new TreeMap<>();
    ports.forEach(
        port -> addresses.put(NodeId.of("n" + port), new InetSocketAddress("127.0.0.1", port)));
    for (NodeId self : addresses.keySet()) {
      Path data = dir.resolve(self.value());
      nodes.add(
          RaftNode.builder(self, new Nothing())
              .initialVoters(addresses.keySet())
              .transport(NettyTransport.between(self, addresses))
              .logStore(store(onRocks, data.resolve("log")))
              .snapshotStore(FileSnapshotStore.at(data.resolve("snapshots")))
              .config(RaftConfig.builder().snapshotEveryEntries(Long.MAX_VALUE).build())
              .start());
    }
    this.leader = nodes.get(0);
  }

  @Override
  public void findLeader() {
    NodeId leading = nodes.get(0).awaitLeader(LEADER_DEADLINE);
    leader =
        nodes.stream()
            .filter(node -> node.status().self().equals(leading))
            .findFirst()
            .orElseThrow();
  }

  private LogStore store(boolean onRocks, Path path) {
    if (!onRocks) {
      return FileLogStore.at(path);
    }
    RocksLogStore store = RocksLogStore.at(path);
    rocks.add(store);
    return store;
  }

  @Override
  public void propose(byte[] command, BiConsumer<@Nullable Object, @Nullable Throwable> done) {
    var ignored =
        leader
            .propose(Bytes.wrap(command))
            .whenComplete(
                (outcome, failure) -> {
                  boolean committed = outcome instanceof Outcome.Committed<Boolean>;
                  Throwable why =
                      committed || failure != null
                          ? failure
                          : new IllegalStateException(String.valueOf(outcome));
                  done.accept(outcome, why);
                });
  }

  @Override
  public long nativeFlushes() {
    return rocks.stream().mapToLong(RocksLogStore::syncs).sum();
  }

  @Override
  public void close() {
    nodes.forEach(RaftNode::close);
  }

  /** The state machine. */
  private static final class Nothing implements StateMachine<Boolean> {
    @Override
    public Boolean apply(EntryId id, Bytes command) {
      return true;
    }

    @Override
    public Snapshot capture() {
      return sink -> {};
    }

    @Override
    public void restore(SnapshotMeta meta, DataInputStream snapshot) {}
  }
}
