package io.balsa.raft.message;

import io.balsa.raft.model.Bytes;
import io.balsa.raft.model.Entry;
import io.balsa.raft.model.Membership;

/**
 * About how many bytes a message costs in a queue or on the wire: its payloads exactly, everything else roughly. Used by
 * queues that are bounded by bytes. Stateless; any thread.
 */
public final class MessageSize implements Message.Visitor<Long> {
  /** What a message costs beside its payloads. */
  public static final int OVERHEAD_BYTES = 64;

  private static final MessageSize INSTANCE = new MessageSize();
  private static final Long SMALL = (long) OVERHEAD_BYTES;
  private static final int COMMAND_OVERHEAD_BYTES = 16;
  private static final int MEMBER_BYTES = 32;

  private MessageSize() {}

  public static long bytes(Message message) {
    return message.accept(INSTANCE);
  }

  @Override
  public Long onAppendRequest(Message.AppendRequest request) {
    long bytes = OVERHEAD_BYTES;
    for (Entry entry : request.entries()) {
      bytes += entry.sizeBytes();
    }
    return bytes;
  }

  @Override
  public Long onProposeRequest(Message.ProposeRequest request) {
    long bytes = OVERHEAD_BYTES;
    for (Bytes command : request.commands()) {
      bytes += (long) command.size() + COMMAND_OVERHEAD_BYTES;
    }
    return bytes;
  }

  @Override
  public Long onInstallSnapshotRequest(Message.InstallSnapshotRequest request) {
    Membership membership = request.meta().membership().membership();
    int members =
        membership.voters().size()
            + membership.outgoingVoters().size()
            + membership.learners().size()
            + membership.promotable().size();
    return (long) OVERHEAD_BYTES + request.chunk().size() + (long) members * MEMBER_BYTES;
  }

  @Override
  public Long onPreVoteRequest(Message.PreVoteRequest request) {
    return SMALL;
  }

  @Override
  public Long onPreVoteResponse(Message.PreVoteResponse response) {
    return SMALL;
  }

  @Override
  public Long onVoteRequest(Message.VoteRequest request) {
    return SMALL;
  }

  @Override
  public Long onVoteResponse(Message.VoteResponse response) {
    return SMALL;
  }

  @Override
  public Long onAppendAccepted(Message.AppendAccepted response) {
    return SMALL;
  }

  @Override
  public Long onAppendRejected(Message.AppendRejected response) {
    return SMALL;
  }

  @Override
  public Long onHeartbeatRequest(Message.HeartbeatRequest request) {
    return SMALL;
  }

  @Override
  public Long onHeartbeatResponse(Message.HeartbeatResponse response) {
    return SMALL;
  }

  @Override
  public Long onTimeoutNow(Message.TimeoutNow request) {
    return SMALL;
  }

  @Override
  public Long onProposeAccepted(Message.ProposeAccepted response) {
    return SMALL;
  }

  @Override
  public Long onProposeRejected(Message.ProposeRejected response) {
    return SMALL;
  }

  @Override
  public Long onReadIndexRequest(Message.ReadIndexRequest request) {
    return SMALL;
  }

  @Override
  public Long onReadIndexResponse(Message.ReadIndexResponse response) {
    return SMALL;
  }

  @Override
  public Long onInstallSnapshotResponse(Message.InstallSnapshotResponse response) {
    return SMALL;
  }

  @Override
  public Long onHostHeartbeat(Message.HostHeartbeat heartbeat) {
    return SMALL;
  }
}
