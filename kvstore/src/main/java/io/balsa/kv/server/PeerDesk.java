package io.balsa.kv.server;

import com.google.protobuf.InvalidProtocolBufferException;
import io.balsa.kv.command.CommandDone;
import io.balsa.kv.command.KvCommand;
import io.balsa.kv.command.MemberReplace;
import io.balsa.kv.etcd.Results;
import io.balsa.kv.members.MembersAnswer;
import io.balsa.kv.members.MembersQuestion;
import io.balsa.kv.members.Replacement;
import io.balsa.kv.members.StateMarks;
import io.balsa.kv.model.MemberId;
import io.balsa.kv.request.RequestRouter;
import io.balsa.raft.model.Bytes;
import io.balsa.raft.model.NodeId;
import io.balsa.raft.transport.netty.Reception;
import java.util.SortedMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What this member does for those on the peer port that aren't its peers: it tells them who was removed and who the members are, and
 * has one of them replaced whose data is damaged. Whoever can reach that port could as well speak as a peer. Thread-safe.
 */
final class PeerDesk implements Reception {
  private final long clusterId;
  private final KnownMembers members;
  private final RequestRouter router;
  private final Supplier<SortedMap<Long, Long>> trail;

  /** Set before anything can be removed: the transport is there before what looks after the members. */
  private volatile @Nullable Consumer<NodeId> onRemoved;

  PeerDesk(
      long clusterId,
      KnownMembers members,
      RequestRouter router,
      Supplier<SortedMap<Long, Long>> trail) {
    this.trail = trail;
    this.clusterId = clusterId;
    this.members = members;
    this.router = router;
  }

  void setOnRemoved(Consumer<NodeId> listener) {
    onRemoved = listener;
  }

  @Override
  public boolean wasRemoved(NodeId node) {
    try {
      return members.wasRemoved(MemberId.of(node).value());
    } catch (IllegalArgumentException e) {
      return false; // No member's name.
    }
  }

  @Override
  public void onRemoved(NodeId saidBy) {
    Consumer<NodeId> listener = onRemoved;
    if (listener != null) {
      listener.accept(saidBy);
    }
  }

  @Override
  public CompletableFuture<Bytes> answer(Bytes question) {
    MembersQuestion asked;
    try {
      asked = MembersQuestion.parseFrom(question.toByteArray());
    } catch (InvalidProtocolBufferException e) {
      return CompletableFuture.failedFuture(e);
    }
    if (asked.getMarks()) {
      return CompletableFuture.completedFuture(marks());
    }
    if (asked.hasReplacement()) {
      return replace(asked.getReplacement());
    }
    CompletableFuture<Void> mayRead =
        asked.getLinearizable() ? router.readBarrier() : CompletableFuture.completedFuture(null);
    return mayRead.thenApply(passed -> list());
  }

  /** Answered when the replacement is applied here. */
  private CompletableFuture<Bytes> replace(Replacement asked) {
    if (asked.getClusterId() != clusterId) {
      return CompletableFuture.failedFuture(
          new IllegalArgumentException("this is cluster " + Long.toHexString(clusterId)));
    }
    KvCommand.Builder command =
        KvCommand.newBuilder()
            .setMemberReplace(
                MemberReplace.newBuilder().setOldId(asked.getOldId()).setNewId(asked.getNewId()));
    return router
        .propose(command)
        .thenApply(
            result -> {
              CommandDone unused = Results.of(result, CommandDone.class);
              return list();
            });
  }

  private Bytes marks() {
    StateMarks marks = StateMarks.newBuilder().putAllHashes(trail.get()).build();
    return Bytes.wrap(
        MembersAnswer.newBuilder().setClusterId(clusterId).setMarks(marks).build().toByteArray());
  }

  private Bytes list() {
    MembersAnswer.Builder answer = MembersAnswer.newBuilder().setClusterId(clusterId);
    if (members.areApplied()) {
      answer.addAllMembers(members.members());
    }
    return Bytes.wrap(answer.build().toByteArray());
  }
}
