package io.balsa.raft.transport.netty.wire;

import io.balsa.raft.message.Message;
import io.balsa.raft.model.Bytes;
import io.balsa.raft.model.Entry;
import io.balsa.raft.model.EntryId;
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

/** Writes one message into the protobuf message that it was made for. One thread. */
final class MessageEncoder implements Message.Visitor<WireGroupMessage.Builder> {
  private final WireGroupMessage.Builder wire;

  MessageEncoder(WireGroupMessage.Builder wire) {
    this.wire = wire;
  }

  @Override
  public WireGroupMessage.Builder onPreVoteRequest(Message.PreVoteRequest m) {
    return wire.setPreVoteRequest(
        WirePreVoteRequest.newBuilder().setTerm(m.term()).setLast(id(m.last())));
  }

  @Override
  public WireGroupMessage.Builder onPreVoteResponse(Message.PreVoteResponse m) {
    return wire.setPreVoteResponse(
        WirePreVoteResponse.newBuilder()
            .setTerm(m.term())
            .setProposedTerm(m.proposedTerm())
            .setGranted(m.granted()));
  }

  @Override
  public WireGroupMessage.Builder onVoteRequest(Message.VoteRequest m) {
    return wire.setVoteRequest(
        WireVoteRequest.newBuilder()
            .setTerm(m.term())
            .setLast(id(m.last()))
            .setLeadershipTransfer(m.leadershipTransfer()));
  }

  @Override
  public WireGroupMessage.Builder onVoteResponse(Message.VoteResponse m) {
    return wire.setVoteResponse(
        WireVoteResponse.newBuilder().setTerm(m.term()).setGranted(m.granted()));
  }

  @Override
  public WireGroupMessage.Builder onAppendRequest(Message.AppendRequest m) {
    WireAppendRequest.Builder append =
        WireAppendRequest.newBuilder()
            .setTerm(m.term())
            .setPrev(id(m.prev()))
            .setLeaderCommit(m.leaderCommit());
    for (Entry entry : m.entries()) {
      append.addEntries(entry(entry));
    }
    return wire.setAppendRequest(append);
  }

  @Override
  public WireGroupMessage.Builder onAppendAccepted(Message.AppendAccepted m) {
    return wire.setAppendAccepted(
        WireAppendAccepted.newBuilder().setTerm(m.term()).setMatchIndex(m.matchIndex()));
  }

  @Override
  public WireGroupMessage.Builder onAppendRejected(Message.AppendRejected m) {
    return wire.setAppendRejected(
        WireAppendRejected.newBuilder()
            .setTerm(m.term())
            .setPrevIndex(m.prevIndex())
            .setHint(id(m.hint())));
  }

  @Override
  public WireGroupMessage.Builder onHeartbeatRequest(Message.HeartbeatRequest m) {
    WireHeartbeatRequest.Builder heartbeat =
        WireHeartbeatRequest.newBuilder()
            .setTerm(m.term())
            .setLeaderCommit(m.leaderCommit())
            .setReadSequence(m.readSequence())
            .setRest(m.rest());
    m.learnerSince().ifPresent(since -> heartbeat.setLearnerSince(id(since)));
    return wire.setHeartbeatRequest(heartbeat);
  }

  @Override
  public WireGroupMessage.Builder onHeartbeatResponse(Message.HeartbeatResponse m) {
    return wire.setHeartbeatResponse(
        WireHeartbeatResponse.newBuilder()
            .setTerm(m.term())
            .setReadSequence(m.readSequence())
            .setRests(m.rests()));
  }

  @Override
  public WireGroupMessage.Builder onTimeoutNow(Message.TimeoutNow m) {
    return wire.setTimeoutNow(WireTimeoutNow.newBuilder().setTerm(m.term()));
  }

  @Override
  public WireGroupMessage.Builder onProposeRequest(Message.ProposeRequest m) {
    WireProposeRequest.Builder propose =
        WireProposeRequest.newBuilder().setTerm(m.term()).setFirstProposalId(m.firstProposalId());
    for (Bytes command : m.commands()) {
      propose.addCommands(PayloadBytes.toWire(command));
    }
    return wire.setProposeRequest(propose);
  }

  @Override
  public WireGroupMessage.Builder onProposeAccepted(Message.ProposeAccepted m) {
    return wire.setProposeAccepted(
        WireProposeAccepted.newBuilder()
            .setTerm(m.term())
            .setFirstProposalId(m.firstProposalId())
            .setFirst(id(m.first()))
            .setCount(m.count()));
  }

  @Override
  public WireGroupMessage.Builder onProposeRejected(Message.ProposeRejected m) {
    return wire.setProposeRejected(
        WireProposeRejected.newBuilder()
            .setTerm(m.term())
            .setFirstProposalId(m.firstProposalId())
            .setCount(m.count())
            .setReason(reason(m.reason())));
  }

  @Override
  public WireGroupMessage.Builder onReadIndexRequest(Message.ReadIndexRequest m) {
    return wire.setReadIndexRequest(
        WireReadIndexRequest.newBuilder().setTerm(m.term()).setReadId(m.readId()));
  }

  @Override
  public WireGroupMessage.Builder onReadIndexResponse(Message.ReadIndexResponse m) {
    return wire.setReadIndexResponse(
        WireReadIndexResponse.newBuilder()
            .setTerm(m.term())
            .setReadId(m.readId())
            .setReadIndex(m.readIndex()));
  }

  @Override
  public WireGroupMessage.Builder onInstallSnapshotRequest(Message.InstallSnapshotRequest m) {
    return wire.setInstallSnapshotRequest(
        WireInstallSnapshotRequest.newBuilder()
            .setTerm(m.term())
            .setMeta(meta(m.meta()))
            .setTransferId(m.transferId())
            .setOffset(m.offset())
            .setChunk(PayloadBytes.toWire(m.chunk()))
            .setLast(m.last()));
  }

  @Override
  public WireGroupMessage.Builder onInstallSnapshotResponse(Message.InstallSnapshotResponse m) {
    return wire.setInstallSnapshotResponse(
        WireInstallSnapshotResponse.newBuilder()
            .setTerm(m.term())
            .setTransferId(m.transferId())
            .setNextOffset(m.nextOffset()));
  }

  @Override
  public WireGroupMessage.Builder onHostHeartbeat(Message.HostHeartbeat m) {
    return wire.setHostHeartbeat(
        WireHostHeartbeat.newBuilder().setStartId(m.startId()).setWanted(m.wanted()));
  }

  private static WireEntryId id(EntryId id) {
    return WireEntryId.newBuilder().setTerm(id.term()).setIndex(id.index()).build();
  }

  private static WireEntry entry(Entry entry) {
    return WireEntry.newBuilder()
        .setTerm(entry.term())
        .setIndex(entry.index())
        .setKind(entry.kind().code())
        .setPayload(PayloadBytes.toWire(entry.payload()))
        .build();
  }

  private static WireSnapshotMeta meta(SnapshotMeta meta) {
    return WireSnapshotMeta.newBuilder()
        .setLast(id(meta.last()))
        .setMembershipId(id(meta.membership().id()))
        .setMembership(PayloadBytes.toWire(meta.membership().membership().encode()))
        .build();
  }

  private static WireRejectReason reason(RejectReason reason) {
    return switch (reason) {
      case NO_LEADER -> WireRejectReason.WIRE_REJECT_REASON_NO_LEADER;
      case NOT_LEADER -> WireRejectReason.WIRE_REJECT_REASON_NOT_LEADER;
      case LEADER_CHANGED -> WireRejectReason.WIRE_REJECT_REASON_LEADER_CHANGED;
      case LEADERSHIP_TRANSFER -> WireRejectReason.WIRE_REJECT_REASON_LEADERSHIP_TRANSFER;
      case OVERLOADED -> WireRejectReason.WIRE_REJECT_REASON_OVERLOADED;
      case TOO_LARGE -> WireRejectReason.WIRE_REJECT_REASON_TOO_LARGE;
      case SUPERSEDED -> WireRejectReason.WIRE_REJECT_REASON_SUPERSEDED;
      case TIMED_OUT -> WireRejectReason.WIRE_REJECT_REASON_TIMED_OUT;
      case NOT_A_MEMBER -> WireRejectReason.WIRE_REJECT_REASON_NOT_A_MEMBER;
      case CHANGE_IN_PROGRESS -> WireRejectReason.WIRE_REJECT_REASON_CHANGE_IN_PROGRESS;
      case OTHER_MEMBERSHIP -> WireRejectReason.WIRE_REJECT_REASON_OTHER_MEMBERSHIP;
      case NOT_CAUGHT_UP -> WireRejectReason.WIRE_REJECT_REASON_NOT_CAUGHT_UP;
      case NOTHING_TO_CHANGE -> WireRejectReason.WIRE_REJECT_REASON_NOTHING_TO_CHANGE;
    };
  }
}
