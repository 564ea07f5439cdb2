package io.balsa.raft.driver;

import io.balsa.raft.failpoint.Failpoints;
import io.balsa.raft.failpoint.RaftFailpoint;
import io.balsa.raft.model.EntryId;
import io.balsa.raft.model.GroupId;
import io.balsa.raft.model.NodeId;
import io.balsa.raft.model.RestoredState;
import io.balsa.raft.protocol.Input;
import io.balsa.raft.protocol.RaftCore;
import io.balsa.raft.spi.DurableStateMachine;
import io.balsa.raft.spi.StateMachine;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;

/** Recovers one group and puts its parts together. Runs on the thread that opens the group; used once. */
final class GroupOpening<R> {
  /** Ids begin with the incarnation, so that they are never used again; this many bits are left to count. */
  private static final int COUNTER_BITS = 40;

  private final HostDriver driver;
  private final HostParts host;
  private final GroupId group;
  private final StateMachine<R> stateMachine;
  private final GroupSnapshots snapshots;

  GroupOpening(HostDriver driver, HostParts host, GroupId group, StateMachine<R> stateMachine) {
    this.driver = driver;
    this.host = host;
    this.group = group;
    this.stateMachine = stateMachine;
    this.snapshots = new GroupSnapshots(group, host.snapshotStore());
  }

  GroupDriver<R> open(Collection<NodeId> initialVoters, Map<GroupId, GroupDriver<?>> groups) {
    if (group.equals(GroupId.HOST)) {
      throw new IllegalArgumentException(
          group + " is no group's id: hosts use it among themselves");
    }
    if (groups.containsKey(group)) {
      throw new IllegalArgumentException(group + " is open on this host");
    }
    return assemble(recover(initialVoters), groups);
  }

  private Recovery recover(Collection<NodeId> initialVoters) {
    Failpoints.at(RaftFailpoint.GROUP_BEFORE_OPEN);
    RestoredState found = host.logStore().open(group);
    Optional<EntryId> durable =
        stateMachine instanceof DurableStateMachine<R> own
            ? Optional.of(HostDriver.await(host.applier().call(own::lastApplied)))
            : Optional.empty();
    Recovery recovery = Recovery.plan(group, found, snapshots.latest(), durable, initialVoters);
    recovery.write().ifPresent(batch -> HostDriver.await(host.writer().write(batch)));
    recovery
        .restore()
        .ifPresent(
            meta ->
                HostDriver.await(
                    host.applier()
                        .call(
                            () -> {
                              GroupApplier.restoreFrom(snapshots, stateMachine, meta);
                              return true;
                            })));
    Failpoints.at(RaftFailpoint.GROUP_AFTER_RECOVERY);
    return recovery;
  }

  private GroupDriver<R> assemble(Recovery recovery, Map<GroupId, GroupDriver<?>> groups) {
    DriverConfig config = host.config();
    RestoredState log = recovery.log();
    long appliedIndex = recovery.applied().index();
    long firstId = (log.incarnation() << COUNTER_BITS) + 1;
    long now = host.clock().getAsLong();
    RaftCore core =
        RaftCore.restore(
            config.coreOf(group), log, appliedIndex, ThreadLocalRandom.current().nextLong(), now);
    Consumer<Input> inbox = input -> host.inbox().put(new InboxItems.Completion(group, input));
    EntryCache cache = new EntryCache(config.entryCacheBytesMax(), log.lastIndex());
    GroupParts<R> parts =
        new GroupParts<>(
            group,
            stateMachine,
            host,
            new LogView(group, cache, host.logStore()),
            new ProposalTable<>(firstId, config.proposalTimeoutNanos(), appliedIndex),
            new MembershipChanges(config.proposalTimeoutNanos()),
            new ReadTable(firstId, config.readTimeoutNanos()),
            snapshots,
            new GroupPool(host.pools()),
            inbox);
    OwnSnapshots ownSnapshots = new OwnSnapshots(parts, snapshottedIndex(recovery));
    GroupApplier<R> applier =
        new GroupApplier<>(parts, ownSnapshots, recovery.applied(), recovery.membership());
    StatusBoard board = new StatusBoard(config.self() + "/" + group, core.status());
    SnapshotSender sender = new SnapshotSender(parts, applier, firstId);
    GroupLoop<R> loop =
        new GroupLoop<>(parts, core, applier, sender, board, log.hardState().term());
    GroupDriver<R> opened = new GroupDriver<>(driver, parts, applier, loop, board);
    groups.put(group, opened);
    HostDriver.await(addToLoop(loop));
    return opened;
  }

  private CompletableFuture<Void> addToLoop(GroupLoop<R> loop) {
    CompletableFuture<Void> added = new CompletableFuture<>();
    host.inbox().put(new InboxItems.Task(on -> on.add(loop), added));
    return added;
  }

  /** As if the last own snapshot had been taken where the log begins, entries kept behind it included. */
  private long snapshottedIndex(Recovery recovery) {
    long base = recovery.log().base().index();
    return base == 0 ? 0 : Math.min(recovery.applied().index(), base + host.config().keepEntries());
  }
}
