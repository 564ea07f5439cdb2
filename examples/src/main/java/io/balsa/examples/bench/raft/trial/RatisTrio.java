package io.balsa.examples.bench.raft.trial;

import io.balsa.examples.process.Await;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiConsumer;
import org.apache.ratis.RaftConfigKeys;
import org.apache.ratis.conf.RaftProperties;
import org.apache.ratis.netty.NettyConfigKeys;
import org.apache.ratis.proto.RaftProtos.LogEntryProto;
import org.apache.ratis.protocol.ClientId;
import org.apache.ratis.protocol.Message;
import org.apache.ratis.protocol.RaftClientRequest;
import org.apache.ratis.protocol.RaftGroup;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.RaftPeer;
import org.apache.ratis.rpc.SupportedRpcType;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.RaftServerConfigKeys;
import org.apache.ratis.statemachine.TransactionContext;
import org.apache.ratis.statemachine.impl.BaseStateMachine;
import org.apache.ratis.thirdparty.com.google.protobuf.UnsafeByteOperations;
import org.apache.ratis.util.TimeDuration;
import org.jspecify.annotations.Nullable;

/**
 * Ratis over Netty with its defaults: a segmented log that is forced per batch. Requests go straight to the leader's server,
 * without a client and its connection. Only the limit of requests under way is raised, or most of 8192 would be refused, and the
 * election timeout, which is one second for all.
 */
final class RatisTrio implements Trio {
  private static final int REQUESTS_MAX = 65_536;
  private static final TimeDuration ELECTION_TIMEOUT = TimeDuration.ONE_SECOND;
  private static final Duration LEADER_DEADLINE = Duration.ofSeconds(60);

  private final RaftGroup group;
  private final List<RaftServer> servers = new ArrayList<>();
  private volatile RaftServer leader;
  private final ClientId client = ClientId.randomId();
  private final AtomicLong calls = new AtomicLong();

  RatisTrio(Path dir, List<Integer> ports) throws Exception {
    List<RaftPeer> peers =
        ports.stream()
            .map(
                port ->
                    RaftPeer.newBuilder().setId("n" + port).setAddress("127.0.0.1:" + port).build())
            .toList();
    group = RaftGroup.valueOf(RaftGroupId.valueOf(UUID.randomUUID()), peers);
    for (int i = 0; i < peers.size(); i++) {
      RaftProperties properties = new RaftProperties();
      RaftConfigKeys.Rpc.setType(properties, SupportedRpcType.NETTY);
      NettyConfigKeys.Server.setHost(properties, "127.0.0.1");
      NettyConfigKeys.Server.setPort(properties, ports.get(i));
      RaftServerConfigKeys.setStorageDir(properties, List.of(dir.resolve("n" + i).toFile()));
      RaftServerConfigKeys.Rpc.setTimeoutMin(properties, ELECTION_TIMEOUT);
      RaftServerConfigKeys.Rpc.setTimeoutMax(properties, ELECTION_TIMEOUT.multiply(2));
      RaftServerConfigKeys.Write.setElementLimit(properties, REQUESTS_MAX);
      RaftServer server =
          RaftServer.newBuilder()
              .setServerId(peers.get(i).getId())
              .setGroup(group)
              .setProperties(properties)
              .setStateMachine(new Nothing())
              .build();
      server.start();
      servers.add(server);
    }
    leader = servers.get(0);
  }

  @Override
  public void findLeader() {
    Await.until("there is a leader", LEADER_DEADLINE, this::lookForLeader);
  }

  private boolean lookForLeader() {
    try {
      for (RaftServer server : servers) {
        if (server.getDivision(group.getGroupId()).getInfo().isLeaderReady()) {
          leader = server;
          return true;
        }
      }
      return false;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void propose(byte[] command, BiConsumer<@Nullable Object, @Nullable Throwable> done) {
    RaftClientRequest request =
        RaftClientRequest.newBuilder()
            .setClientId(client)
            .setServerId(leader.getId())
            .setGroupId(group.getGroupId())
            .setCallId(calls.incrementAndGet())
            .setMessage(Message.valueOf(UnsafeByteOperations.unsafeWrap(command)))
            .setType(RaftClientRequest.writeRequestType())
            .build();
    try {
      var ignored =
          leader
              .submitClientRequestAsync(request)
              .whenComplete(
                  (reply, failure) ->
                      done.accept(
                          reply,
                          failure != null || reply.isSuccess() ? failure : reply.getException()));
    } catch (IOException e) {
      done.accept(null, e);
    }
  }

  @Override
  public void close() throws IOException {
    for (RaftServer server : servers) {
      server.close();
    }
  }

  /** The state machine. */
  private static final class Nothing extends BaseStateMachine {
    private static final CompletableFuture<Message> DONE =
        CompletableFuture.completedFuture(Message.EMPTY);

    @Override
    public CompletableFuture<Message> applyTransaction(TransactionContext transaction) {
      LogEntryProto entry = transaction.getLogEntry();
      updateLastAppliedTermIndex(entry.getTerm(), entry.getIndex());
      return DONE;
    }
  }
}
