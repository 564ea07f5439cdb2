package io.balsa.raft;

import io.balsa.raft.driver.DriverConfig;
import io.balsa.raft.driver.GroupDriver;
import io.balsa.raft.driver.HostDriver;
import io.balsa.raft.model.GroupId;
import io.balsa.raft.model.InvalidConfigException;
import io.balsa.raft.model.NodeId;
import io.balsa.raft.protocol.CoreConfig;
import io.balsa.raft.spi.LogStore;
import io.balsa.raft.spi.SnapshotStore;
import io.balsa.raft.spi.StateMachine;
import io.balsa.raft.spi.Transport;
import java.util.Collection;
import org.jspecify.annotations.Nullable;

/**
 * One process's share of any number of Raft groups: it owns the threads, the log, the snapshots and the transport that they
 * share. Thread-safe.
 */
public final class RaftHost implements AutoCloseable {
  private final HostDriver driver;

  private RaftHost(HostDriver driver) {
    this.driver = driver;
  }

  /** A host that will be known to its peers as {@code self}. */
  public static Builder builder(NodeId self) {
    return new Builder(self);
  }

  /**
   * Starts this host's replica of a group: recovers it, and lets it take part.
   *
   * @param initialVoters the members that the group is born with, the same on all of them, all needed for its first
   *     election; ignored when the group has run here before; empty for a node that waits to be added by a leader
   * @throws io.balsa.raft.model.StorageException if the group can't be recovered; nothing was started
   */
  public <R> RaftNode<R> openGroup(
      GroupId group, StateMachine<R> stateMachine, Collection<NodeId> initialVoters) {
    return new RaftNode<>(openGroupDriver(group, stateMachine, initialVoters), GroupDriver::close);
  }

  HostDriver driver() {
    return driver;
  }

  <R> GroupDriver<R> openGroupDriver(
      GroupId group, StateMachine<R> stateMachine, Collection<NodeId> initialVoters) {
    return driver.openGroup(group, stateMachine, initialVoters);
  }

  /**
   * Stops all groups, then closes the transport and the stores. Every pending future completes. Blocks; idempotent.
   *
   * @throws IllegalStateException when called on one of the host's own threads, for instance in a continuation: it would
   *     wait for itself
   */
  @Override
  public void close() {
    driver.close();
  }

  /** Collects what a host needs; {@code transport}, {@code logStore} and {@code snapshotStore} have no default. */
  public static final class Builder {
    private final NodeId self;
    private @Nullable Transport transport;
    private @Nullable LogStore logStore;
    private @Nullable SnapshotStore snapshotStore;
    private RaftConfig config = RaftConfig.DEFAULT;

    private Builder(NodeId self) {
      this.self = self;
    }

    public Builder transport(Transport transport) {
      this.transport = transport;
      return this;
    }

    public Builder logStore(LogStore logStore) {
      this.logStore = logStore;
      return this;
    }

    public Builder snapshotStore(SnapshotStore snapshotStore) {
      this.snapshotStore = snapshotStore;
      return this;
    }

    public Builder config(RaftConfig config) {
      this.config = config;
      return this;
    }

    /**
     * Starts the threads and the transport. The host owns what it was given from here on, also if this throws.
     *
     * @throws io.balsa.raft.model.InvalidConfigException if something is missing, or the transport can't listen
     */
    public RaftHost start() {
      return new RaftHost(
          HostDriver.start(
              driverConfig(),
              given(transport, "transport"),
              given(logStore, "logStore"),
              given(snapshotStore, "snapshotStore")));
    }

    private DriverConfig driverConfig() {
      return new DriverConfig(
          new CoreConfig(
              self,
              GroupId.ONLY,
              config.electionTimeout().toNanos(),
              config.heartbeatInterval().toNanos(),
              config.appendEntriesMax(),
              config.appendBytesMax(),
              config.inflightAppendsMax(),
              config.inflightBytesMax(),
              config.uncommittedBytesMax(),
              config.commandBytesMax(),
              config.leaseClockDriftPpm(),
              config.quiesceAfter().toNanos()),
          config.proposalTimeout().toNanos(),
          config.readTimeout().toNanos(),
          config.inboxBytesMax(),
          config.entryCacheBytesMax(),
          config.snapshotEveryEntries(),
          config.keepEntries(),
          config.snapshotChunkBytes());
    }

    private static <T> T given(@Nullable T part, String name) {
      if (part == null) {
        throw new InvalidConfigException(name + " must be given");
      }
      return part;
    }
  }
}
