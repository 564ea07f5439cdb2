package io.balsa.kv.etcd;

import io.balsa.kv.command.CommandDone;
import io.balsa.kv.command.KvCommand;
import io.balsa.kv.command.MemberAdd;
import io.balsa.kv.command.MemberPromote;
import io.balsa.kv.command.MemberRemove;
import io.balsa.kv.command.MemberUpdate;
import io.balsa.kv.members.MembershipKeeper;
import io.balsa.kv.members.Peers;
import io.balsa.kv.model.KvError;
import io.balsa.kv.model.MemberId;
import io.balsa.kv.proto.ClusterGrpc;
import io.balsa.kv.proto.Member;
import io.balsa.kv.proto.MemberAddRequest;
import io.balsa.kv.proto.MemberAddResponse;
import io.balsa.kv.proto.MemberListRequest;
import io.balsa.kv.proto.MemberListResponse;
import io.balsa.kv.proto.MemberPromoteRequest;
import io.balsa.kv.proto.MemberPromoteResponse;
import io.balsa.kv.proto.MemberRemoveRequest;
import io.balsa.kv.proto.MemberRemoveResponse;
import io.balsa.kv.proto.MemberUpdateRequest;
import io.balsa.kv.proto.MemberUpdateResponse;
import io.balsa.kv.request.CallerContext;
import io.balsa.kv.request.Forwarded;
import io.balsa.kv.request.MemberDirectory;
import io.balsa.kv.request.OneAnswer;
import io.balsa.kv.request.RequestRouter;
import io.balsa.kv.state.MemberRules;
import io.balsa.raft.NodeStatus;
import io.balsa.raft.model.Membership;
import io.balsa.raft.model.NodeId;
import io.grpc.Channel;
import io.grpc.ManagedChannel;
import io.grpc.ServerInterceptors;
import io.grpc.ServerServiceDefinition;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.LongPredicate;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * Who the members are, and their coming and going. A change is answered when it is in the list of members and Raft's membership
 * in force here has followed. Handlers run on gRPC's event loops and don't block.
 */
public final class ClusterService extends ClusterGrpc.ClusterImplBase {
  /** How much of the leader's log a learner must have to be promoted, in percent, as in etcd. */
  private static final int READY_PERCENT = 90;

  private final Parts parts;
  private final Rules rules;

  /**
   * What the service works with.
   *
   * @param idInUse whether there is, or ever was, a member of that id
   * @param leader a channel to the leader's clients' port; empty when this member leads or none is known
   */
  public record Parts(
      MemberId self,
      RequestRouter router,
      MemberDirectory directory,
      MembershipKeeper keeper,
      Peers peers,
      LongPredicate idInUse,
      Supplier<Optional<ManagedChannel>> leader,
      LongSupplier unixSeconds) {}

  /**
   * What the operator decides.
   *
   * @param strict refuse changes that endanger the quorum
   * @param learnersMax how many learners there may be
   * @param timeout how long a change may take to get from the list to Raft's membership
   */
  public record Rules(boolean strict, int learnersMax, Duration timeout) {}

  public ClusterService(Parts parts, Rules rules) {
    this.parts = parts;
    this.rules = rules;
  }

  /** The service, able to tell calls that another member passed on. */
  public ServerServiceDefinition definition() {
    return ServerInterceptors.intercept(this, new Forwarded());
  }

  @Override
  public void memberList(MemberListRequest request, StreamObserver<MemberListResponse> observer) {
    CompletableFuture<Void> mayRead =
        request.getLinearizable()
            ? parts.router.readBarrier()
            : CompletableFuture.completedFuture(null);
    Reply.send(
        observer,
        mayRead.thenApply(
            passed ->
                MemberListResponse.newBuilder()
                    .setHeader(parts.router.header(0))
                    .addAllMembers(members())
                    .build()));
  }

  @Override
  public void memberAdd(MemberAddRequest request, StreamObserver<MemberAddResponse> observer) {
    Reply.send(observer, checked(() -> add(request)));
  }

  private CompletableFuture<MemberAddResponse> add(MemberAddRequest request) {
    List<String> urls = MemberChecks.urls(request.getPeerURLsList());
    MemberId id = unusedId(urls);
    Member newcomer =
        Member.newBuilder()
            .setID(id.value())
            .addAllPeerURLs(urls)
            .setIsLearner(request.getIsLearner())
            .build();
    KvCommand.Builder command =
        KvCommand.newBuilder()
            .setMemberAdd(
                MemberAdd.newBuilder()
                    .setMember(newcomer)
                    .setStrict(rules.strict)
                    .setLearnersMax(rules.learnersMax));
    refuseIfUnwise(command, MemberChecks.mayGrow(members(), self(), this::isConnected));
    return change(command, membership -> membership.contains(id.toNodeId()))
        .thenApply(
            done ->
                MemberAddResponse.newBuilder()
                    .setHeader(parts.router.header(0))
                    .setMember(newcomer)
                    .addAllMembers(members())
                    .build());
  }

  /** Who adds the same URLs twice within a second means two members all the same. */
  private MemberId unusedId(List<String> urls) {
    long seconds = parts.unixSeconds.getAsLong();
    MemberId id = MemberId.ofAdded(urls, seconds);
    while (parts.idInUse.test(id.value())) {
      id = MemberId.ofAdded(urls, ++seconds);
    }
    return id;
  }

  @Override
  public void memberRemove(
      MemberRemoveRequest request, StreamObserver<MemberRemoveResponse> observer) {
    Reply.send(observer, checked(() -> remove(request.getID())));
  }

  private CompletableFuture<MemberRemoveResponse> remove(long id) {
    KvCommand.Builder command =
        KvCommand.newBuilder()
            .setMemberRemove(MemberRemove.newBuilder().setId(id).setStrict(rules.strict));
    refuseIfUnwise(command, MemberChecks.mayShrink(members(), id, self(), this::isConnected));
    NodeId leaving = new MemberId(id).toNodeId();
    return change(command, membership -> !membership.contains(leaving))
        .thenApply(
            done ->
                MemberRemoveResponse.newBuilder()
                    .setHeader(parts.router.header(0))
                    .addAllMembers(members())
                    .build());
  }

  @Override
  public void memberUpdate(
      MemberUpdateRequest request, StreamObserver<MemberUpdateResponse> observer) {
    Reply.send(observer, checked(() -> update(request)));
  }

  private CompletableFuture<MemberUpdateResponse> update(MemberUpdateRequest request) {
    boolean isKnown = parts.directory.member(new MemberId(request.getID())).isPresent();
    if (!isKnown && !MemberChecks.areUrls(request.getPeerURLsList())) {
      throw KvError.MEMBER_NOT_FOUND.exception();
    }
    KvCommand.Builder command =
        KvCommand.newBuilder()
            .setMemberUpdate(
                MemberUpdate.newBuilder()
                    .setId(request.getID())
                    .addAllPeerUrls(MemberChecks.urls(request.getPeerURLsList())));
    return change(command, membership -> true)
        .thenApply(
            done ->
                MemberUpdateResponse.newBuilder()
                    .setHeader(parts.router.header(0))
                    .addAllMembers(members())
                    .build());
  }

  /** Only the leader knows how far a learner is. */
  @Override
  public void memberPromote(
      MemberPromoteRequest request, StreamObserver<MemberPromoteResponse> observer) {
    NodeStatus status = parts.router.replica().status();
    Optional<ManagedChannel> leader =
        status.isLeader() || Forwarded.thisCall() ? Optional.empty() : parts.leader.get();
    Reply.send(
        observer,
        leader.isPresent()
            ? askLeader(leader.get(), request)
            : checked(() -> promote(request.getID(), status)));
  }

  private CompletableFuture<MemberPromoteResponse> promote(long id, NodeStatus status) {
    NodeId learner = new MemberId(id).toNodeId();
    Member known =
        parts.directory.member(new MemberId(id)).orElseThrow(KvError.MEMBER_NOT_FOUND::exception);
    if (!known.getIsLearner()) {
      throw KvError.MEMBER_NOT_LEARNER.exception();
    }
    if (!status.isLeader()) {
      throw (status.leader().isEmpty() ? KvError.NO_LEADER : KvError.LEADER_CHANGED).exception();
    }
    long held = status.matchIndex().getOrDefault(learner, 0L);
    if (held * 100 < status.lastIndex() * READY_PERCENT) {
      throw KvError.LEARNER_NOT_READY.exception();
    }
    KvCommand.Builder command =
        KvCommand.newBuilder()
            .setMemberPromote(MemberPromote.newBuilder().setId(id).setStrict(rules.strict));
    refuseIfUnwise(command, true);
    return change(command, membership -> membership.voters().contains(learner))
        .thenApply(
            done ->
                MemberPromoteResponse.newBuilder()
                    .setHeader(parts.router.header(0))
                    .addAllMembers(members())
                    .build());
  }

  private CompletableFuture<MemberPromoteResponse> askLeader(
      Channel leader, MemberPromoteRequest request) {
    OneAnswer<MemberPromoteResponse> answer = new OneAnswer<>();
    ClusterGrpc.newStub(Forwarded.marking(leader, CallerContext.token()))
        .withDeadlineAfter(2 * rules.timeout.toMillis(), TimeUnit.MILLISECONDS)
        .memberPromote(request, answer);
    return answer
        .future()
        .thenApply(response -> response.toBuilder().setHeader(parts.router.header(0)).build());
  }

  /** Has the list changed, then waits for Raft. */
  private CompletableFuture<Void> change(
      KvCommand.Builder command, Predicate<Membership> condition) {
    return parts
        .router
        .propose(command)
        .thenAccept(result -> Results.of(result, CommandDone.class))
        .thenCompose(
            done ->
                parts.keeper.await(
                    membership -> !membership.isJoint() && condition.test(membership),
                    rules.timeout));
  }

  /** In etcd's order: first what was ever started, then what is reached from here now. */
  private void refuseIfUnwise(KvCommand.Builder command, boolean reachesMajority) {
    Optional<KvError> refused = MemberRules.strictRefusal(command, members());
    if (refused.isPresent()) {
      throw refused.get().exception();
    }
    if (rules.strict && !reachesMajority) {
      throw KvError.UNHEALTHY_CLUSTER.exception();
    }
  }

  /** What is refused at once fails the answer, not the handler. */
  private static <T> CompletableFuture<T> checked(Supplier<CompletableFuture<T>> call) {
    try {
      return call.get();
    } catch (RuntimeException refused) {
      return CompletableFuture.failedFuture(refused);
    }
  }

  private boolean isConnected(Member member) {
    return parts.peers.isConnected(new MemberId(member.getID()));
  }

  private long self() {
    return parts.self.value();
  }

  private List<Member> members() {
    return parts.directory.members();
  }
}
