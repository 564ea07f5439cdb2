package io.balsa.raft.protocol;

import io.balsa.raft.message.Message;
import io.balsa.raft.message.Message.AppendAccepted;
import io.balsa.raft.message.Message.AppendRequest;
import io.balsa.raft.message.Message.HeartbeatRequest;
import io.balsa.raft.message.Message.HeartbeatResponse;
import io.balsa.raft.message.Message.PreVoteResponse;
import io.balsa.raft.message.Message.VoteResponse;
import io.balsa.raft.model.Bytes;
import io.balsa.raft.model.Entry;
import io.balsa.raft.model.EntryId;
import io.balsa.raft.model.GroupId;
import io.balsa.raft.model.HardState;
import io.balsa.raft.model.Membership;
import io.balsa.raft.model.NodeId;
import io.balsa.raft.model.Role;
import io.balsa.raft.model.SnapshotMeta;
import io.balsa.raft.testkit.invariant.LogImage;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * One core, named a, with nothing around it: an input goes in, and what the node owes for it comes out, as it is printed
 * everywhere. Writes become durable when the test says so; entries are applied at once. One thread.
 */
final class CoreUnderTest {
  static final NodeId A = NodeId.of("a");
  static final NodeId B = NodeId.of("b");
  static final NodeId C = NodeId.of("c");

  static final long ELECTION = 1_000;
  static final long HEARTBEAT = 100;

  private final RaftCore core;
  private long now;
  private long lastPersistId;

  private CoreUnderTest(RaftCore core) {
    this.core = core;
  }

  /** A follower among a, b and c that knows no leader, in the given term and with entries of these terms. */
  static CoreUnderTest follower(long term, long... entryTerms) {
    return follower(Membership.ofVoters(List.of(A, B, C)), term, entryTerms);
  }

  static CoreUnderTest follower(Membership membership, long term, long... entryTerms) {
    LogImage log = new LogImage(SnapshotMeta.initial(membership));
    log.writeHardState(new HardState(term, Optional.empty()));
    if (entryTerms.length > 0) {
      log.replaceFrom(entries(1, entryTerms));
    }
    return new CoreUnderTest(RaftCore.restore(config(), log.restored(1), 0, 1, 0));
  }

  /** The leader of the next term, elected with b's vote; its no-op is durable here and nowhere else. */
  static CoreUnderTest leader(long term, long... entryTerms) {
    return leader(Membership.ofVoters(List.of(A, B, C)), term, entryTerms);
  }

  static CoreUnderTest leader(Membership membership, long term, long... entryTerms) {
    CoreUnderTest leader = follower(membership, term, entryTerms);
    leader.electionTimeout();
    leader.receive(B, new PreVoteResponse(term, term + 1, true));
    leader.diskCatchesUp();
    leader.receive(B, new VoteResponse(term + 1, true));
    leader.diskCatchesUp();
    return leader;
  }

  private static CoreConfig config() {
    return new CoreConfig(
        A, GroupId.ONLY, ELECTION, HEARTBEAT, 64, 1 << 20, 8, 1 << 20, 1 << 20, 1 << 16, 0, 0);
  }

  /** Entries of these terms from an index on. */
  static List<Entry> entries(long fromIndex, long... terms) {
    List<Entry> entries = new ArrayList<>();
    for (long term : terms) {
      EntryId id = new EntryId(term, fromIndex + entries.size());
      entries.add(Entry.command(id, Bytes.utf8("x")));
    }
    return entries;
  }

  static EntryId id(long index, long term) {
    return new EntryId(term, index);
  }

  /** An append of the term that continues an entry with entries of these terms. */
  static AppendRequest append(long term, EntryId prev, long commit, long... terms) {
    return new AppendRequest(term, prev, entries(prev.index() + 1, terms), commit);
  }

  /** A heartbeat to a voter. */
  static HeartbeatRequest heartbeat(long term, long commit, long sequence) {
    return new HeartbeatRequest(term, commit, sequence, Optional.empty(), false);
  }

  static HeartbeatResponse heartbeatAnswer(long term, long sequence) {
    return new HeartbeatResponse(term, sequence, false);
  }

  /** What the node owes for it. */
  List<String> step(Input input) {
    core.step(now, input);
    Ready ready = core.takeReady();
    ready.persist().ifPresent(batch -> lastPersistId = batch.persistId());
    List<String> lines = new ArrayList<>(Describe.ready(ready));
    ready.install().ifPresent(meta -> lines.addAll(step(new Input.Applied(meta.index()))));
    ready.apply().ifPresent(range -> lines.addAll(step(new Input.Applied(range.throughIndex()))));
    return lines;
  }

  List<String> receive(NodeId from, Message message) {
    return step(new Input.Received(from, message));
  }

  /** The follower acknowledges everything through the index, in the present term. */
  List<String> accepted(NodeId from, long matchIndex) {
    return receive(from, new AppendAccepted(core.term(), matchIndex));
  }

  List<String> propose(String command) {
    return step(new Input.Propose(++proposals, List.of(Bytes.utf8(command))));
  }

  private long proposals;

  /** Everything that was handed out is durable. */
  List<String> diskCatchesUp() {
    return step(new Input.Persisted(lastPersistId));
  }

  /** Time goes on, and the node is woken once. */
  List<String> after(long nanos) {
    now += nanos;
    return step(new Input.TimePassed());
  }

  /** The node is woken when it next wants to be: what a follower does whose patience ends. */
  List<String> electionTimeout() {
    return after(core.nextDeadline() - now);
  }

  long nextDeadline() {
    return core.nextDeadline();
  }

  long now() {
    return now;
  }

  Role role() {
    return core.role();
  }

  long term() {
    return core.term();
  }

  long commitIndex() {
    return core.commitIndex();
  }

  CoreStatus status() {
    return core.status();
  }
}
