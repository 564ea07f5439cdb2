package io.balsa.examples.bench.raft.trial;

import io.balsa.examples.process.Await;
import io.microraft.Ordered;
import io.microraft.RaftConfig;
import io.microraft.RaftEndpoint;
import io.microraft.RaftNode;
import io.microraft.model.log.LogEntry;
import io.microraft.model.log.RaftGroupMembersView;
import io.microraft.model.log.SnapshotChunk;
import io.microraft.model.message.RaftMessage;
import io.microraft.model.persistence.RaftEndpointPersistentState;
import io.microraft.model.persistence.RaftTermPersistentState;
import io.microraft.persistence.RaftStore;
import io.microraft.statemachine.StateMachine;
import io.microraft.transport.Transport;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * MicroRaft, which has neither a transport nor a durable store of its own. Its nodes call each other in this JVM, with nothing
 * serialized; its store is a file that is appended to and forced. So its line isn't a peer's figure: it shows what protocol and
 * disk cost without a network. Only the limit of entries under way is raised.
 */
final class MicroTrio implements Trio {
  private static final int ENTRIES_MAX = 65_536;
  private static final Duration LEADER_DEADLINE = Duration.ofSeconds(60);

  /** A member's name. */
  private record Endpoint(Integer id) implements RaftEndpoint {
    @Override
    public Object getId() {
      return id;
    }
  }

  private final Map<RaftEndpoint, RaftNode> nodes = new ConcurrentHashMap<>();
  private final List<AppendOnlyStore> stores = new ArrayList<>();
  private volatile @Nullable RaftNode leader;

  MicroTrio(Path dir, List<Integer> ports) throws Exception {
    List<RaftEndpoint> members = new ArrayList<>();
    ports.forEach(port -> members.add(new Endpoint(port)));
    RaftConfig config = RaftConfig.newBuilder().setMaxPendingLogEntryCount(ENTRIES_MAX).build();
    for (RaftEndpoint self : members) {
      Path data = Files.createDirectories(dir.resolve("n" + self.getId()));
      AppendOnlyStore store = new AppendOnlyStore(data.resolve("log"));
      stores.add(store);
      nodes.put(
          self,
          RaftNode.newBuilder()
              .setGroupId("bench")
              .setLocalEndpoint(self)
              .setInitialGroupMembers(members)
              .setConfig(config)
              .setTransport(new Calls())
              .setStateMachine(new Nothing())
              .setStore(store)
              .build());
    }
    for (RaftNode node : nodes.values()) {
      node.start().join();
    }
  }

  @Override
  public void findLeader() {
    Await.until("there is a leader", LEADER_DEADLINE, this::lookForLeader);
  }

  private boolean lookForLeader() {
    for (RaftNode node : nodes.values()) {
      if (node.getLocalEndpoint().equals(node.getTerm().getLeaderEndpoint())) {
        leader = node;
        return true;
      }
    }
    return false;
  }

  @Override
  public void propose(byte[] command, BiConsumer<@Nullable Object, @Nullable Throwable> done) {
    RaftNode node = Objects.requireNonNull(leader, "no leader was looked for");
    var ignored =
        node.replicate(command).whenComplete((Ordered<Object> r, Throwable t) -> done.accept(r, t));
  }

  @Override
  public void close() throws IOException {
    nodes.values().forEach(node -> node.terminate().join());
    for (AppendOnlyStore store : stores) {
      store.file.close();
    }
  }

  /** Calls instead of messages. */
  private final class Calls implements Transport {
    @Override
    public void send(RaftEndpoint target, RaftMessage message) {
      RaftNode node = nodes.get(target);
      if (node != null) {
        node.handle(message);
      }
    }

    @Override
    public boolean isReachable(RaftEndpoint endpoint) {
      return nodes.containsKey(endpoint);
    }
  }

  /** The state machine. */
  private static final class Nothing implements StateMachine {
    @Override
    public Object runOperation(long index, Object operation) {
      return true;
    }

    @Override
    public void takeSnapshot(long index, Consumer<Object> chunks) {
      chunks.accept(new byte[0]);
    }

    @Override
    public void installSnapshot(long index, List<Object> chunks) {}

    @Override
    public Object getNewTermOperation() {
      return new byte[0];
    }
  }

  /** What a store must at least do to be durable: index, term and command of each entry, forced where it is asked to. */
  private static final class AppendOnlyStore implements RaftStore {
    private static final int HEADER_BYTES = 16;

    private final FileChannel file;
    private ByteBuffer pending = ByteBuffer.allocateDirect(1 << 20);

    AppendOnlyStore(Path path) throws IOException {
      file = FileChannel.open(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    }

    @Override
    public void persistLogEntries(List<LogEntry> entries) {
      for (LogEntry entry : entries) {
        byte[] command = entry.getOperation() instanceof byte[] bytes ? bytes : new byte[0];
        room(HEADER_BYTES + command.length);
        pending.putLong(entry.getIndex()).putInt(entry.getTerm()).putInt(command.length);
        pending.put(command);
      }
    }

    private void room(int bytes) {
      if (pending.remaining() < bytes) {
        ByteBuffer larger =
            ByteBuffer.allocateDirect(Math.max(2 * pending.capacity(), pending.position() + bytes));
        larger.put(pending.flip());
        pending = larger;
      }
    }

    @Override
    public void flush() throws IOException {
      pending.flip();
      while (pending.hasRemaining()) {
        if (file.write(pending) < 0) {
          throw new IOException("nothing was written");
        }
      }
      pending.clear();
      file.force(false);
    }

    @Override
    public void persistAndFlushTerm(RaftTermPersistentState state) throws IOException {
      room(HEADER_BYTES);
      pending
          .putLong(-1)
          .putInt(state.getTerm())
          .putInt(Optional.ofNullable(state.getVotedFor()).hashCode());
      flush();
    }

    @Override
    public void persistAndFlushLocalEndpoint(RaftEndpointPersistentState state) throws IOException {
      flush();
    }

    @Override
    public void persistAndFlushInitialGroupMembers(RaftGroupMembersView members)
        throws IOException {
      flush();
    }

    @Override
    public void persistSnapshotChunk(SnapshotChunk chunk) {}

    @Override
    public void truncateLogEntriesFrom(long index) {
      room(HEADER_BYTES);
      pending.putLong(-2).putLong(index);
    }

    @Override
    public void truncateLogEntriesUntil(long index) {}

    @Override
    public void deleteSnapshotChunks(long index, int count) {}
  }
}
