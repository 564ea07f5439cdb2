package io.balsa.examples.readme;

import io.balsa.raft.Outcome;
import io.balsa.raft.RaftNode;
import io.balsa.raft.ReadMode;
import io.balsa.raft.file.FileSnapshotStore;
import io.balsa.raft.model.Bytes;
import io.balsa.raft.model.EntryId;
import io.balsa.raft.model.NodeId;
import io.balsa.raft.model.SnapshotMeta;
import io.balsa.raft.spi.Snapshot;
import io.balsa.raft.spi.StateMachine;
import io.balsa.raft.storage.rocksdb.RocksLogStore;
import io.balsa.raft.transport.netty.NettyTransport;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.Map;

/** A number that several processes agree on. README.md shows what stands between the markers. */
public final class EmbeddingExample {
  private EmbeddingExample() {}

  // example:state-machine
  /** The replicated state: one number. Only the node's apply thread touches it, so it needs no lock. */
  public static final class Counter implements StateMachine<Long> {
    long value;

    @Override
    public Long apply(EntryId id, Bytes command) {
      value += command.getLong(0);
      return value;
    }

    @Override
    public Snapshot capture() {
      long captured = value; // copied now, written later on another thread
      return sink -> sink.writeLong(captured);
    }

    @Override
    public void restore(SnapshotMeta meta, DataInputStream snapshot) throws IOException {
      value = snapshot.readLong();
    }
  }

  // example:end

  // example:embedding
  /** Starts this process's node. The others do the same, each with its own name and directory. */
  public static RaftNode<Long> start(
      Counter counter, NodeId self, Map<NodeId, InetSocketAddress> addresses, Path data) {
    return RaftNode.builder(self, counter)
        .initialVoters(addresses.keySet()) // read only when the log is empty
        .transport(NettyTransport.between(self, addresses))
        .logStore(RocksLogStore.at(data.resolve("log")))
        .snapshotStore(FileSnapshotStore.at(data.resolve("snapshots")))
        .start();
  }

  /** Adds on any node: Committed once a majority has it on disk, Rejected if it never will, else Unknown. */
  public static Outcome<Long> add(RaftNode<Long> node, long amount) {
    return node.propose(Bytes.ofLong(amount)).join();
  }

  /** Reads on any node what was added on all of them. */
  public static long read(RaftNode<Long> node, Counter counter) {
    return node.query(ReadMode.LINEARIZABLE, () -> counter.value).join();
  }
  // example:end
}
