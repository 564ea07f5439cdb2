package io.balsa.kv.server;

import io.balsa.kv.access.AuthGate;
import io.balsa.kv.access.AuthService;
import io.balsa.kv.access.JwtTokens;
import io.balsa.kv.access.Passwords;
import io.balsa.kv.access.SimpleTokens;
import io.balsa.kv.access.Tokens;
import io.balsa.kv.command.TokenIssue;
import io.balsa.kv.etcd.ClusterService;
import io.balsa.kv.etcd.HealthService;
import io.balsa.kv.etcd.KvService;
import io.balsa.kv.etcd.MaintenanceService;
import io.balsa.kv.etcd.ReadPool;
import io.balsa.kv.etcd.RequestCheck;
import io.balsa.kv.lease.LeaseConfig;
import io.balsa.kv.lease.LeaseKeeper;
import io.balsa.kv.lease.LeaseService;
import io.balsa.kv.lease.LeaseThread;
import io.balsa.kv.lock.ElectionService;
import io.balsa.kv.lock.LocalKv;
import io.balsa.kv.lock.LockService;
import io.balsa.kv.members.MembershipKeeper;
import io.balsa.kv.metrics.MemberMetrics;
import io.balsa.kv.model.MemberId;
import io.balsa.kv.proto.Member;
import io.balsa.kv.quota.DiskRoom;
import io.balsa.kv.quota.SpaceConfig;
import io.balsa.kv.quota.SpaceKeeper;
import io.balsa.kv.request.LeaderChannel;
import io.balsa.kv.request.NodeReplica;
import io.balsa.kv.request.RequestRouter;
import io.balsa.kv.state.ApplyListener;
import io.balsa.kv.state.KvResult;
import io.balsa.kv.state.KvStateConfig;
import io.balsa.kv.state.KvStateMachine;
import io.balsa.kv.watch.WatchConfig;
import io.balsa.kv.watch.WatchHub;
import io.balsa.kv.watch.WatchService;
import io.balsa.raft.RaftHost;
import io.balsa.raft.RaftNode;
import io.balsa.raft.file.FileSnapshotStore;
import io.balsa.raft.model.DamageException;
import io.balsa.raft.model.GroupId;
import io.balsa.raft.model.NodeId;
import io.balsa.raft.spi.LogStore;
import io.balsa.raft.transport.netty.NettyTransport;
import io.balsa.raft.transport.netty.NettyTransportBuilder;
import io.grpc.ServerInterceptors;
import io.grpc.ServerServiceDefinition;
import io.grpc.protobuf.services.ProtoReflectionService;
import io.grpc.protobuf.services.ProtoReflectionServiceV1;
import java.net.URI;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/**
 * This member without its client port: the state, its Raft node, and the services on top of them. Opened by one thread;
 * what it gives out may be used by any.
 */
final class LocalMember {
  private final ServerConfig config;
  private final KvStateMachine state;
  private final NodeReplica replica = new NodeReplica();
  private final RequestRouter router;
  private final LeaderChannel leaderChannel;
  private final WatchHub hub;
  private final LeaseKeeper leases;
  private final LeaseThread leaseThread = new LeaseThread();
  private final KnownMembers members;
  private final PeerDesk desk;
  private final MemberPeers peers;
  private final MembershipKeeper keeper;
  private final Identity self;
  private final ReadPool reads;
  private final Passwords passwords;
  private final Tokens tokens;
  private final AuthGate gate;
  private final LeaseService leaseService;
  private final HealthService health = new HealthService();
  private final MemberMetrics metrics;
  private final SpaceKeeper space;
  private final StateWatch stateWatch;
  private final RaftNode<KvResult> node;
  private final CompletableFuture<Void> stopped = new CompletableFuture<>();

  /**
   * Recovers the state and takes part from now on.
   *
   * @param opened gets to know what must be closed, also if this throws
   * @throws io.balsa.raft.model.StorageException if the directory can't be read back whole
   * @throws io.balsa.raft.model.InvalidConfigException if the peer port can't be listened on
   */
  LocalMember(
      ServerConfig config,
      MemberParts parts,
      Identity self,
      DataDirectory directory,
      Teardown opened) {
    this.config = config;
    this.self = self;
    this.state = parts.state(directory.state(), stateConfig(config));
    opened.add("the state", state::close);
    this.router =
        new RequestRouter(parts.replica(replica), self.clusterId(), self.member(), limits());
    this.members = new KnownMembers(self.origin(), state);
    refuseIfRemoved(directory);
    this.desk = new PeerDesk(self.clusterId(), members, router, state::trail);
    NettyTransport transport = transport();
    this.peers = new MemberPeers(transport, self.clusterId());
    this.keeper = keeper();
    desk.setOnRemoved(keeper::onToldRemoved);
    this.leaderChannel = new LeaderChannel(self.member(), replica, members);
    opened.add("the channel to the leader", leaderChannel::close);
    this.hub =
        new WatchHub(
            parts.events(state),
            watchConfig(),
            revision -> router.header(revision).build(),
            this::hasLeader,
            System::nanoTime);
    this.leases =
        new LeaseKeeper(replica, state.leases(), leaseConfig(), System::nanoTime, leaseThread);
    this.passwords = new Passwords(config.auth().bcryptCost());
    opened.add("the password threads", passwords::close);
    this.tokens = tokens();
    this.gate = new AuthGate(state::auth, tokens, router);
    // Before the node is open: from then on entries are applied, and none may be missed.
    state.setListener(new ApplyFanOut(members, keeper, leases, hub, issuedTokens()));
    this.reads = new ReadPool(Math.max(2, Runtime.getRuntime().availableProcessors()));
    opened.add("the read threads", reads::close);

    this.leaseService =
        new LeaseService(
            new LeaseService.Parts(
                router,
                leases,
                state.leases(),
                () -> state.events().currentRevision(),
                leaderChannel::current,
                leaseThread,
                reads,
                state::auth),
            leaseConfig());
    this.metrics =
        new MemberMetrics(self.member(), router, state, config.quotaBytes(), this::isLearner);
    this.space =
        new SpaceKeeper(
            state,
            router,
            self.member(),
            SpaceConfig.of(config.quotaBytes(), config.manualDisarm()),
            DiskRoom.of(directory.state()));
    router.setAdmission(space);
    this.node = openNode(directory, parts.log(directory.log()), transport, opened);
    replica.attach(node);
    keeper.start(node);
    opened.add("the keeper of the membership", keeper::close);
    node.addListener(leases::onStatus);
    node.addListener(metrics::onStatus);
    opened.add("the request router", router::close);
    leaseThread.drive(leases, leaseConfig().tick());
    opened.add("the lease thread", leaseThread::close);
    this.stateWatch = new StateWatch(self.member(), self.clusterId(), state, members, router);
    stateWatch.start(parts.stateWatchPause());
    opened.add("the watch of the state", stateWatch::close);
    space.start();
    opened.add("the keeper of the space", space::close);
    hub.start();
    opened.add("the watch hub", hub::close);
    reportTheEnd(directory);
  }

  private MembershipKeeper keeper() {
    return new MembershipKeeper(
        self.member(),
        members,
        id -> members.wasRemoved(id.value()),
        peers,
        config.raft().electionTimeout());
  }

  /** It may have learned so from the log, and stopped before it noted it. */
  private void refuseIfRemoved(DataDirectory directory) {
    if (members.wasRemoved(self.member().value())) {
      directory.markRemoved();
      throw new RemovedException(config.dataDir());
    }
  }

  /**
   * Without watches a member would look healthy and serve half of what it should. That the hub stops
   * in good order says nothing: it also does when the store was closed under it.
   */
  private void reportTheEnd(DataDirectory directory) {
    var unused =
        CompletableFuture.allOf(
            keeper
                .removed()
                .thenRun(
                    () -> {
                      directory.markRemoved();
                      stopped.completeExceptionally(new RemovedException(config.dataDir()));
                    }),
            stateWatch.outvoted().exceptionally(failure -> stopBecause(failure, directory)),
            state.damaged().exceptionally(failure -> stopBecause(failure, directory)),
            hub.stopped().exceptionally(failure -> stopBecause(failure, directory)),
            node.stopped()
                .thenRun(() -> stopped.complete(null))
                .exceptionally(failure -> stopBecause(failure, directory)));
  }

  /** Damage is noted: what a start doesn't look at, it doesn't find. */
  private @Nullable Void stopBecause(Throwable failure, DataDirectory directory) {
    DamageException.in(failure).ifPresent(directory::noteDamage);
    Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
    stopped.completeExceptionally(cause == null ? failure : cause);
    return null;
  }

  private RaftNode<KvResult> openNode(
      DataDirectory directory, LogStore log, NettyTransport transport, Teardown opened) {
    RaftHost host =
        RaftHost.builder(self.member().toNodeId())
            .config(config.raft())
            .logStore(log)
            .snapshotStore(FileSnapshotStore.at(directory.snapshots()))
            .transport(transport)
            .start();
    opened.add("the Raft host", host::close);
    return host.openGroup(GroupId.ONLY, state, initialVoters());
  }

  /** Whoever was added later waits until a leader takes it in. */
  private List<NodeId> initialVoters() {
    return self.origin().isFounder()
        ? self.origin().peerUrls().keySet().stream().map(MemberId::toNodeId).toList()
        : List.of();
  }

  private NettyTransport transport() {
    NettyTransportBuilder transport =
        NettyTransport.builder(self.member().toNodeId())
            .clusterId(self.clusterId())
            .bind(MemberUrls.address(config.urls().listenPeer().get(0)))
            .reception(desk);
    for (Member member : members.members()) {
      MemberId id = new MemberId(member.getID());
      if (!id.equals(self.member())) {
        URI reachedAt = URI.create(member.getPeerURLs(0));
        transport.peer(id.toNodeId(), MemberUrls.unresolvedAddress(reachedAt));
      }
    }
    return transport.build();
  }

  private Tokens tokens() {
    if (config.auth().jwt().isPresent()) {
      return new JwtTokens(config.auth().jwt().get(), Clock.systemUTC());
    }
    return new SimpleTokens(
        router, () -> replica.status().appliedIndex(), config.auth().tokenTtl(), System::nanoTime);
  }

  private ApplyListener issuedTokens() {
    return new ApplyListener() {
      @Override
      public void onTokenIssued(TokenIssue token) {
        tokens.onIssued(token);
      }
    };
  }

  /** To be told once this member has applied an entry of now. */
  void onCaughtUp() {
    tokens.onCaughtUp();
  }

  /** Everything that is served to clients, behind the gate. */
  List<ServerServiceDefinition> services() {
    return ungated().stream().map(service -> ServerInterceptors.intercept(service, gate)).toList();
  }

  private List<ServerServiceDefinition> ungated() {
    RequestCheck check = new RequestCheck(config.txnOpsMax());
    LocalKv kv = new LocalKv(new LocalKv.Parts(router, state, check, reads, leaseService::grant));
    return List.of(
        new KvService(router, state, check, reads).bindService(),
        new WatchService(hub, this::hasLeader, gate).definition(),
        leaseService.definition(),
        new AuthService(router, state, tokens, passwords).bindService(),
        clusterService().definition(),
        new MaintenanceService(router, state, reads, space, this::isLearner).bindService(),
        new LockService(kv, hub).bindService(),
        new ElectionService(kv, hub).definition(),
        health.bindService(),
        ProtoReflectionServiceV1.newInstance().bindService(),
        oldReflection());
  }

  private ClusterService clusterService() {
    return new ClusterService(
        new ClusterService.Parts(
            self.member(),
            router,
            members,
            keeper,
            peers,
            id -> members.wasRemoved(id) || members.member(new MemberId(id)).isPresent(),
            leaderChannel::current,
            () -> Clock.systemUTC().instant().getEpochSecond()),
        new ClusterService.Rules(
            config.strictReconfigCheck(), config.maxLearners(), limits().timeout()));
  }

  /** What tools asked before the service had its final name. */
  @SuppressWarnings("deprecation")
  private static ServerServiceDefinition oldReflection() {
    return ProtoReflectionService.newInstance().bindService();
  }

  /** From now on clients hear that they are served, if they ask gRPC's health service. */
  void serve() {
    health.serve();
  }

  /** Ends the calls that would never end by themselves, with "server stopped". Idempotent. */
  void endStreams() {
    health.stop();
    hub.close();
    leaseService.endStreams();
  }

  RequestRouter router() {
    return router;
  }

  RaftNode<KvResult> node() {
    return node;
  }

  /** Completes when the node or the watch hub has stopped: exceptionally if something broke it. */
  CompletableFuture<Void> stopped() {
    return stopped;
  }

  MemberMetrics metrics() {
    return metrics;
  }

  MemberHealth health() {
    return new MemberHealth(router, state, this::isLearner);
  }

  /** Whether the list of members is known from the log, not only from the first start. */
  boolean hasMembers() {
    return members.areApplied();
  }

  /** Whether this member is in the list as a learner. */
  boolean isLearner() {
    return members.isLearner(self.member());
  }

  private boolean hasLeader() {
    return replica.leader().isPresent();
  }

  private RequestRouter.Limits limits() {
    return RequestRouter.Limits.of(
        config.clientPort().requestBytesMax(), config.raft().electionTimeout());
  }

  private LeaseConfig leaseConfig() {
    return LeaseConfig.of(config.raft().electionTimeout());
  }

  private WatchConfig watchConfig() {
    return WatchConfig.DEFAULT
        .withMaxRequestBytes(config.clientPort().requestBytesMax())
        .withProgressInterval(config.watchProgressInterval())
        .withElectionTimeout(config.raft().electionTimeout());
  }

  static KvStateConfig stateConfig(ServerConfig config) {
    KvStateConfig defaults = KvStateConfig.DEFAULT;
    return new KvStateConfig(
        true,
        config.compactionBatch(),
        config.compactionPause(),
        defaults.memtableBytes(),
        defaults.blockCacheBytes());
  }
}
