package io.balsa.kv.server;

import io.balsa.kv.command.CommandDone;
import io.balsa.kv.command.KvCommand;
import io.balsa.kv.command.MemberPublish;
import io.balsa.kv.command.MembersFound;
import io.balsa.kv.etcd.LeaderRequired;
import io.balsa.kv.etcd.LearnerGate;
import io.balsa.kv.etcd.Results;
import io.balsa.kv.failpoint.KvFailpoint;
import io.balsa.kv.state.KvResult;
import io.balsa.raft.NodeStatus;
import io.balsa.raft.RaftNode;
import io.balsa.raft.failpoint.Failpoints;
import io.balsa.raft.model.DamageException;
import io.balsa.raft.model.InvalidConfigException;
import io.balsa.raft.model.NodeId;
import io.balsa.raft.model.StorageException;
import io.grpc.ServerInterceptor;
import io.grpc.ServerInterceptors;
import io.grpc.ServerServiceDefinition;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One running member: its data directory, Raft, the state, and the client port. {@link #close} blocks for seconds at most;
 * everything else may be called from any thread.
 */
final class KvServer implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(KvServer.class);

  private static final long PUBLISH_PAUSE_MILLIS = 200;

  private final ServerConfig config;
  private final Identity self;
  private final Teardown teardown;
  private final LocalMember member;
  private final List<InetSocketAddress> clientAddresses;
  private final CompletableFuture<Void> ready = new CompletableFuture<>();
  private volatile boolean closing;

  /**
   * Starts a member; one whose data is damaged is repaired first.
   *
   * @throws StartupException if it can't, for a reason that the operator can mend; nothing is left open
   */
  static KvServer start(ServerConfig config) {
    return start(config, MemberParts.SOUND);
  }

  /** As {@link #start(ServerConfig)}, from other parts. */
  static KvServer start(ServerConfig config, MemberParts parts) {
    SelfRepair repair = new SelfRepair(config, Clock.systemUTC());
    repair.resume();
    try {
      return startAsIs(config, parts);
    } catch (StartupException e) {
      Optional<DamageException> damage = DamageException.in(e);
      if (damage.isEmpty() || !repair.repair(damage.get())) {
        throw e;
      }
      return startAsIs(config, parts);
    }
  }

  private static KvServer startAsIs(ServerConfig config, MemberParts parts) {
    Teardown opened = new Teardown();
    try {
      return new KvServer(config, parts, opened);
    } catch (StorageException | InvalidConfigException e) {
      opened.run();
      throw new StartupException(String.valueOf(e.getMessage()), e);
    } catch (RuntimeException | Error e) {
      opened.run();
      throw e;
    }
  }

  /** The order is the point: first what can be refused, then what writes, last what serves. */
  private KvServer(ServerConfig config, MemberParts parts, Teardown opened) {
    this.config = config;
    this.teardown = opened;
    Optional<Identity> owner = DataDirectory.ownerOf(config.dataDir());
    owner.ifPresent(found -> refuseMixUp(config, found));
    ForcedCluster.check(config, owner);
    List<BoundSocket> clientSockets = bind(config.urls().listenClient(), "clients", opened);
    // What the flags say of the cluster counts at the first start only, as in etcd. Before the peer
    // port is bound: another
    // founder that asked would wait at a port that nobody serves yet.
    Identity found = owner.orElseGet(() -> FirstStart.of(config));
    List<BoundSocket> peerSockets = bind(config.urls().listenPeer(), "peers", opened);
    DataDirectory directory = DataDirectory.open(config.dataDir(), found);
    opened.add("the data directory", directory::close);
    this.self = ForcedCluster.settle(config, directory, LocalMember.stateConfig(config));
    peerSockets.forEach(BoundSocket::close); // It was free; the transport binds it again.
    this.member = new LocalMember(config, parts, self, directory, opened);
    this.clientAddresses = clientSockets.stream().map(BoundSocket::address).toList();
    // The first sees a call first.
    List<ServerInterceptor> interceptors =
        List.of(
            member.metrics().calls(),
            new LeaderRequired(member.router().replica()),
            new LearnerGate(member::isLearner));
    List<ServerServiceDefinition> services =
        member.services().stream()
            .map(service -> ServerInterceptors.interceptForward(service, interceptors))
            .toList();
    HttpSide http = new HttpSide(config.http(), services, member.health(), member.metrics());
    opened.add("the HTTP side", http::close);
    ClientPort port =
        ClientPort.serve(clientSockets, config.clientPort(), services, http.handler());
    opened.add("the client port", port::close);
    // Before the port waits for calls under way: these would go on for ever.
    opened.add("the streams of clients", member::endStreams);
    opened.add("the acceptor of clients", port::stopAccepting);
    log.info(
        "member {} ({}) of cluster {} listens for clients on {}",
        config.name(),
        self.member(),
        Long.toHexString(self.clusterId()),
        clientAddresses);
    publish();
  }

  /**
   * Once there is data, what the flags say of the cluster doesn't count; but two mistakes of people who copy command lines can be
   * told from members that came and went.
   */
  private static void refuseMixUp(ServerConfig config, Identity found) {
    Optional<String> mixUp =
        config.joinsExisting()
            ? Optional.empty()
            : found.mixUpWith(config.initialCluster(), config.name());
    if (mixUp.isPresent()) {
      throw new StartupException(
          "the data directory "
              + config.dataDir()
              + " belongs to another "
              + mixUp.get()
              + "; if it doesn't, say --initial-cluster-state=existing");
    }
  }

  private static List<BoundSocket> bind(List<URI> urls, String purpose, Teardown opened) {
    List<BoundSocket> sockets = new ArrayList<>();
    for (URI url : urls) {
      BoundSocket socket = BoundSocket.bind(MemberUrls.address(url), purpose);
      opened.add("the socket on " + url, socket::close);
      sockets.add(socket);
    }
    return sockets;
  }

  /**
   * Tells the cluster this member's name and addresses, again and again until it is done. That it is, proves more than that
   * a leader is known: this member has applied an entry of now. Before, a founder says who the founders are.
   */
  private void publish() {
    KvCommand.Builder published =
        KvCommand.newBuilder()
            .setMemberPublish(
                MemberPublish.newBuilder()
                    .setId(self.member().value())
                    .setName(config.name())
                    .addAllClientUrls(MemberUrls.texts(config.urls().advertiseClient())));
    var unused =
        foundIfNeeded()
            .thenCompose(founded -> member.router().propose(published))
            .thenAccept(result -> Results.of(result, CommandDone.class))
            .whenComplete((done, failure) -> published(failure));
  }

  private CompletableFuture<?> foundIfNeeded() {
    if (!self.origin().isFounder() || member.hasMembers()) {
      return CompletableFuture.completedFuture(null);
    }
    return member
        .router()
        .propose(
            KvCommand.newBuilder()
                .setMembersFound(MembersFound.newBuilder().addAllMembers(self.origin().members())));
  }

  private void published(@Nullable Throwable failure) {
    if (failure == null) {
      member.onCaughtUp();
      log.info("ready to serve client requests");
      member.serve();
      ready.complete(null);
    } else if (closing || member.stopped().isDone()) {
      ready.completeExceptionally(failure);
    } else {
      log.warn("can't reach a majority of the members yet: {}", failure.getMessage());
      CompletableFuture.delayedExecutor(PUBLISH_PAUSE_MILLIS, TimeUnit.MILLISECONDS)
          .execute(this::publish);
    }
  }

  /** Completes when clients can be served: a leader is known, and this member has caught up. */
  CompletableFuture<Void> ready() {
    return ready;
  }

  /** Completes when the member has stopped: with a {@link RemovedException} if it was removed from the cluster, or with what broke it. */
  CompletableFuture<Void> stopped() {
    return member.stopped();
  }

  List<InetSocketAddress> clientAddresses() {
    return clientAddresses;
  }

  RaftNode<KvResult> node() {
    return member.node();
  }

  /** Hands leadership over when leading, stops accepting, and closes everything. Idempotent. */
  @Override
  public synchronized void close() {
    if (closing) {
      return;
    }
    closing = true;
    log.info("stopping");
    handOverLeadership();
    teardown.run();
    log.info("stopped");
  }

  /**
   * To the voter that holds most of the log, because it needs the least before it can lead; if it doesn't take over, to the
   * next one. Two tries: who stops shouldn't keep the cluster waiting for longer than an election would.
   */
  private void handOverLeadership() {
    NodeStatus status = member.node().status();
    if (!status.isLeader()) {
      return;
    }
    Failpoints.at(KvFailpoint.STOP_BEFORE_HANDOVER);
    boolean handedOver =
        status.matchIndex().entrySet().stream()
            .filter(peer -> !peer.getKey().equals(status.self()))
            .filter(peer -> status.membership().voters().contains(peer.getKey()))
            .sorted(Map.Entry.<NodeId, Long>comparingByValue().reversed())
            .map(Map.Entry::getKey)
            .limit(2)
            .anyMatch(this::handOverTo);
    if (!handedOver) {
      log.info("stopping as the leader: the others will elect another");
    }
  }

  private boolean handOverTo(NodeId target) {
    try {
      long millisMax = config.raft().electionTimeout().toMillis();
      member.node().transferLeadership(target).get(millisMax, TimeUnit.MILLISECONDS);
      log.info("handed leadership over to {}", target);
      return true;
    } catch (ExecutionException | TimeoutException e) {
      log.warn("couldn't hand leadership over to {}: {}", target, e.toString());
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return true;
    }
  }
}
