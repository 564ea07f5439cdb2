package io.balsa.raft.transport.netty.wire;

import com.google.protobuf.ByteString;
import io.balsa.raft.message.Message;
import io.balsa.raft.model.Bytes;
import io.balsa.raft.model.Entry;
import io.balsa.raft.model.EntryId;
import io.balsa.raft.model.EntryKind;
import io.balsa.raft.model.GroupId;
import io.balsa.raft.model.InvariantViolation;
import io.balsa.raft.model.Membership;
import io.balsa.raft.model.MembershipEntry;
import io.balsa.raft.model.RejectReason;
import io.balsa.raft.model.SnapshotMeta;
import io.balsa.raft.transport.netty.wire.proto.WireAppendAccepted;
import io.balsa.raft.transport.netty.wire.proto.WireAppendRejected;
import io.balsa.raft.transport.netty.wire.proto.WireAppendRequest;
import io.balsa.raft.transport.netty.wire.proto.WireEntry;
import io.balsa.raft.transport.netty.wire.proto.WireEntryId;
import io.balsa.raft.transport.netty.wire.proto.WireGroupMessage;
import io.balsa.raft.transport.netty.wire.proto.WireHeartbeatRequest;
import io.balsa.raft.transport.netty.wire.proto.WireHeartbeatResponse;
import io.balsa.raft.transport.netty.wire.proto.WireHostHeartbeat;
import io.balsa.raft.transport.netty.wire.proto.WireInstallSnapshotRequest;
import io.balsa.raft.transport.netty.wire.proto.WireInstallSnapshotResponse;
import io.balsa.raft.transport.netty.wire.proto.WirePreVoteRequest;
import io.balsa.raft.transport.netty.wire.proto.WirePreVoteResponse;
import io.balsa.raft.transport.netty.wire.proto.WireProposeAccepted;
import io.balsa.raft.transport.netty.wire.proto.WireProposeRejected;
import io.balsa.raft.transport.netty.wire.proto.WireProposeRequest;
import io.balsa.raft.transport.netty.wire.proto.WireReadIndexRequest;
import io.balsa.raft.transport.netty.wire.proto.WireReadIndexResponse;
import io.balsa.raft.transport.netty.wire.proto.WireRejectReason;
import io.balsa.raft.transport.netty.wire.proto.WireSnapshotMeta;
import io.balsa.raft.transport.netty.wire.proto.WireTimeoutNow;
import io.balsa.raft.transport.netty.wire.proto.WireVoteRequest;
import io.balsa.raft.transport.netty.wire.proto.WireVoteResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Reads one message, and believes nothing: what comes out satisfies every rule that the core takes for granted. Stateless;
 * any thread. Refuses with a {@link WireFormatException}, and with nothing else.
 */
final class MessageDecoder {
  private MessageDecoder() {}

  static GroupId group(long group) throws WireFormatException {
    return GroupId.of(atLeast0(group, "group"));
  }

  static Message decode(WireGroupMessage wire) throws WireFormatException {
    return switch (wire.getBodyCase()) {
      case PRE_VOTE_REQUEST -> preVoteRequest(wire.getPreVoteRequest());
      case PRE_VOTE_RESPONSE -> preVoteResponse(wire.getPreVoteResponse());
      case VOTE_REQUEST -> voteRequest(wire.getVoteRequest());
      case VOTE_RESPONSE -> voteResponse(wire.getVoteResponse());
      case APPEND_REQUEST -> appendRequest(wire.getAppendRequest());
      case APPEND_ACCEPTED -> appendAccepted(wire.getAppendAccepted());
      case APPEND_REJECTED -> appendRejected(wire.getAppendRejected());
      case HEARTBEAT_REQUEST -> heartbeatRequest(wire.getHeartbeatRequest());
      case HEARTBEAT_RESPONSE -> heartbeatResponse(wire.getHeartbeatResponse());
      case TIMEOUT_NOW -> timeoutNow(wire.getTimeoutNow());
      case PROPOSE_REQUEST -> proposeRequest(wire.getProposeRequest());
      case PROPOSE_ACCEPTED -> proposeAccepted(wire.getProposeAccepted());
      case PROPOSE_REJECTED -> proposeRejected(wire.getProposeRejected());
      case READ_INDEX_REQUEST -> readIndexRequest(wire.getReadIndexRequest());
      case READ_INDEX_RESPONSE -> readIndexResponse(wire.getReadIndexResponse());
      case INSTALL_SNAPSHOT_REQUEST -> installSnapshotRequest(wire.getInstallSnapshotRequest());
      case INSTALL_SNAPSHOT_RESPONSE -> installSnapshotResponse(wire.getInstallSnapshotResponse());
      case HOST_HEARTBEAT -> hostHeartbeat(wire.getHostHeartbeat());
      case BODY_NOT_SET ->
          throw new WireFormatException("a message has no kind, or an unknown one");
    };
  }

  private static Message preVoteRequest(WirePreVoteRequest w) throws WireFormatException {
    return new Message.PreVoteRequest(term(w.getTerm()), id(w.hasLast(), w.getLast(), "last"));
  }

  private static Message preVoteResponse(WirePreVoteResponse w) throws WireFormatException {
    return new Message.PreVoteResponse(
        term(w.getTerm()), atLeast0(w.getProposedTerm(), "proposed term"), w.getGranted());
  }

  private static Message voteRequest(WireVoteRequest w) throws WireFormatException {
    return new Message.VoteRequest(
        term(w.getTerm()), id(w.hasLast(), w.getLast(), "last"), w.getLeadershipTransfer());
  }

  private static Message voteResponse(WireVoteResponse w) throws WireFormatException {
    return new Message.VoteResponse(term(w.getTerm()), w.getGranted());
  }

  private static Message appendRequest(WireAppendRequest w) throws WireFormatException {
    long term = term(w.getTerm());
    EntryId prev = id(w.hasPrev(), w.getPrev(), "prev");
    List<Entry> entries = new ArrayList<>(w.getEntriesCount());
    EntryId last = prev;
    for (WireEntry wireEntry : w.getEntriesList()) {
      Entry entry = entry(wireEntry, last);
      entries.add(entry);
      last = entry.id();
    }
    if (last.term() > term) {
      throw new WireFormatException("a leader of term " + term + " sends the entry " + last);
    }
    long leaderCommit = atLeast0(w.getLeaderCommit(), "leader commit");
    return new Message.AppendRequest(term, prev, entries, leaderCommit);
  }

  private static Message appendAccepted(WireAppendAccepted w) throws WireFormatException {
    return new Message.AppendAccepted(
        term(w.getTerm()), atLeast0(w.getMatchIndex(), "match index"));
  }

  private static Message appendRejected(WireAppendRejected w) throws WireFormatException {
    return new Message.AppendRejected(
        term(w.getTerm()),
        atLeast0(w.getPrevIndex(), "prev index"),
        id(w.hasHint(), w.getHint(), "hint"));
  }

  private static Message heartbeatRequest(WireHeartbeatRequest w) throws WireFormatException {
    return new Message.HeartbeatRequest(
        term(w.getTerm()),
        atLeast0(w.getLeaderCommit(), "leader commit"),
        w.getReadSequence(),
        w.hasLearnerSince()
            ? Optional.of(id(true, w.getLearnerSince(), "learner since"))
            : Optional.empty(),
        w.getRest());
  }

  private static Message heartbeatResponse(WireHeartbeatResponse w) throws WireFormatException {
    return new Message.HeartbeatResponse(term(w.getTerm()), w.getReadSequence(), w.getRests());
  }

  private static Message timeoutNow(WireTimeoutNow w) throws WireFormatException {
    return new Message.TimeoutNow(term(w.getTerm()));
  }

  private static Message proposeRequest(WireProposeRequest w) throws WireFormatException {
    List<Bytes> commands = new ArrayList<>(w.getCommandsCount());
    for (ByteString command : w.getCommandsList()) {
      commands.add(PayloadBytes.fromWire(command));
    }
    return new Message.ProposeRequest(term(w.getTerm()), w.getFirstProposalId(), commands);
  }

  private static Message proposeAccepted(WireProposeAccepted w) throws WireFormatException {
    return new Message.ProposeAccepted(
        term(w.getTerm()),
        w.getFirstProposalId(),
        id(w.hasFirst(), w.getFirst(), "first"),
        count(w.getCount()));
  }

  private static Message proposeRejected(WireProposeRejected w) throws WireFormatException {
    return new Message.ProposeRejected(
        term(w.getTerm()), w.getFirstProposalId(), count(w.getCount()), reason(w.getReason()));
  }

  private static Message readIndexRequest(WireReadIndexRequest w) throws WireFormatException {
    return new Message.ReadIndexRequest(term(w.getTerm()), w.getReadId());
  }

  private static Message readIndexResponse(WireReadIndexResponse w) throws WireFormatException {
    return new Message.ReadIndexResponse(
        term(w.getTerm()), w.getReadId(), atLeast0(w.getReadIndex(), "read index"));
  }

  private static Message installSnapshotRequest(WireInstallSnapshotRequest w)
      throws WireFormatException {
    if (!w.hasMeta()) {
      throw missing("meta");
    }
    return new Message.InstallSnapshotRequest(
        term(w.getTerm()),
        meta(w.getMeta()),
        w.getTransferId(),
        atLeast0(w.getOffset(), "offset"),
        PayloadBytes.fromWire(w.getChunk()),
        w.getLast());
  }

  private static Message installSnapshotResponse(WireInstallSnapshotResponse w)
      throws WireFormatException {
    return new Message.InstallSnapshotResponse(
        term(w.getTerm()), w.getTransferId(), nextOffset(w.getNextOffset()));
  }

  private static Message hostHeartbeat(WireHostHeartbeat w) {
    return new Message.HostHeartbeat(w.getStartId(), w.getWanted());
  }

  /** An entry that may follow {@code previous}: the next index, and a term that isn't smaller (paper §5.3). */
  private static Entry entry(WireEntry wire, EntryId previous) throws WireFormatException {
    EntryId id = new EntryId(term(wire.getTerm()), atLeast0(wire.getIndex(), "index"));
    if (id.index() - 1 != previous.index() || id.term() < previous.term()) {
      throw new WireFormatException("the entry " + id + " can't follow " + previous);
    }
    Bytes payload = PayloadBytes.fromWire(wire.getPayload());
    return switch (kind(wire.getKind())) {
      case NOOP -> noop(id, payload);
      case COMMAND -> Entry.command(id, payload);
      case MEMBERSHIP -> membershipEntry(id, payload);
    };
  }

  private static Entry noop(EntryId id, Bytes payload) throws WireFormatException {
    if (!payload.isEmpty()) {
      throw new WireFormatException("the no-op " + id + " has a payload");
    }
    return Entry.noop(id);
  }

  private static Entry membershipEntry(EntryId id, Bytes payload) throws WireFormatException {
    membership(
        payload); // An entry that can't be read must be refused here, not be stored and stop the
    // node.
    return new Entry(id, EntryKind.MEMBERSHIP, payload);
  }

  private static EntryKind kind(int code) throws WireFormatException {
    try {
      return EntryKind.ofCode(code);
    } catch (IllegalArgumentException e) {
      throw new WireFormatException(String.valueOf(e.getMessage()), e);
    }
  }

  private static SnapshotMeta meta(WireSnapshotMeta wire) throws WireFormatException {
    EntryId last = id(wire.hasLast(), wire.getLast(), "last");
    EntryId changed = id(wire.hasMembershipId(), wire.getMembershipId(), "membership id");
    Membership membership = membership(PayloadBytes.fromWire(wire.getMembership()));
    if (changed.index() > last.index()) {
      throw new WireFormatException(
          "a snapshot through " + last + " can't hold the membership of " + changed);
    }
    return new SnapshotMeta(last, new MembershipEntry(changed, membership));
  }

  private static Membership membership(Bytes encoded) throws WireFormatException {
    try {
      return Membership.decode(encoded);
    } catch (IllegalArgumentException | InvariantViolation e) {
      throw new WireFormatException("a membership can't be read: " + e.getMessage(), e);
    }
  }

  private static RejectReason reason(WireRejectReason wire) throws WireFormatException {
    return switch (wire) {
      case WIRE_REJECT_REASON_NO_LEADER -> RejectReason.NO_LEADER;
      case WIRE_REJECT_REASON_NOT_LEADER -> RejectReason.NOT_LEADER;
      case WIRE_REJECT_REASON_LEADER_CHANGED -> RejectReason.LEADER_CHANGED;
      case WIRE_REJECT_REASON_LEADERSHIP_TRANSFER -> RejectReason.LEADERSHIP_TRANSFER;
      case WIRE_REJECT_REASON_OVERLOADED -> RejectReason.OVERLOADED;
      case WIRE_REJECT_REASON_TOO_LARGE -> RejectReason.TOO_LARGE;
      case WIRE_REJECT_REASON_SUPERSEDED -> RejectReason.SUPERSEDED;
      case WIRE_REJECT_REASON_TIMED_OUT -> RejectReason.TIMED_OUT;
      case WIRE_REJECT_REASON_NOT_A_MEMBER -> RejectReason.NOT_A_MEMBER;
      case WIRE_REJECT_REASON_CHANGE_IN_PROGRESS -> RejectReason.CHANGE_IN_PROGRESS;
      case WIRE_REJECT_REASON_OTHER_MEMBERSHIP -> RejectReason.OTHER_MEMBERSHIP;
      case WIRE_REJECT_REASON_NOT_CAUGHT_UP -> RejectReason.NOT_CAUGHT_UP;
      case WIRE_REJECT_REASON_NOTHING_TO_CHANGE -> RejectReason.NOTHING_TO_CHANGE;
      case WIRE_REJECT_REASON_UNSPECIFIED, UNRECOGNIZED ->
          throw new WireFormatException("a rejection has no known reason");
    };
  }

  private static EntryId id(boolean present, WireEntryId wire, String name)
      throws WireFormatException {
    if (!present) {
      throw missing(name);
    }
    return new EntryId(term(wire.getTerm()), atLeast0(wire.getIndex(), "index"));
  }

  private static long term(long term) throws WireFormatException {
    return atLeast0(term, "term");
  }

  private static long nextOffset(long offset) throws WireFormatException {
    return offset == -1 ? offset : atLeast0(offset, "next offset");
  }

  private static int count(int count) throws WireFormatException {
    return (int) atLeast0(count, "count");
  }

  private static long atLeast0(long value, String name) throws WireFormatException {
    if (value < 0) {
      throw new WireFormatException(name + " is negative: " + value);
    }
    return value;
  }

  private static WireFormatException missing(String name) {
    return new WireFormatException("a message lacks its " + name);
  }
}
