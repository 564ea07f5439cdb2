package io.balsa.kv.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.balsa.kv.model.KvError;
import io.balsa.kv.proto.AuthGrpc;
import io.balsa.kv.proto.AuthenticateRequest;
import io.balsa.kv.proto.KVGrpc;
import io.balsa.kv.proto.LeaseGrantRequest;
import io.balsa.kv.proto.LeaseGrpc;
import io.balsa.kv.proto.LeaseTimeToLiveRequest;
import io.balsa.kv.proto.RangeRequest;
import io.etcd.jetcd.Auth;
import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.Client;
import io.etcd.jetcd.Watch;
import io.etcd.jetcd.auth.Permission;
import io.etcd.jetcd.kv.TxnResponse;
import io.etcd.jetcd.lease.LeaseKeepAliveResponse;
import io.etcd.jetcd.op.Op;
import io.etcd.jetcd.options.GetOption;
import io.etcd.jetcd.options.PutOption;
import io.etcd.jetcd.watch.WatchResponse;
import io.grpc.ClientInterceptors;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.MetadataUtils;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Three members, users, and jetcd as they know it. */
@Timeout(180)
final class AuthClusterTest {
  private TestCluster cluster;
  private final List<Client> clients = new ArrayList<>();
  private final List<ManagedChannel> channels = new ArrayList<>();

  @BeforeEach
  void start(@TempDir Path dir) throws Exception {
    cluster = TestCluster.start(dir, 3);
  }

  @AfterEach
  void stop() {
    clients.forEach(Client::close);
    channels.forEach(ManagedChannel::shutdownNow);
    cluster.close();
  }

  private Client anywhere() {
    return keep(
        Client.builder()
            .endpoints(cluster.clientUrl(0), cluster.clientUrl(1), cluster.clientUrl(2))
            .build());
  }

  private Client anywhere(String user) {
    return keep(
        Client.builder()
            .endpoints(cluster.clientUrl(0), cluster.clientUrl(1), cluster.clientUrl(2))
            .user(bytes(user))
            .password(bytes("pw-" + user))
            .build());
  }

  private Client at(int member, String user) {
    return keep(
        Client.builder()
            .endpoints(cluster.clientUrl(member))
            .user(bytes(user))
            .password(bytes("pw-" + user))
            .build());
  }

  private Client keep(Client client) {
    clients.add(client);
    return client;
  }

  private static ByteSequence bytes(String text) {
    return ByteSequence.from(text, StandardCharsets.UTF_8);
  }

  private static <T> T done(Future<T> future) throws Exception {
    return future.get(30, TimeUnit.SECONDS);
  }

  private static void denied(ThrowingCallable call) {
    assertThatThrownBy(call).hasStackTraceContaining(KvError.PERMISSION_DENIED.text());
  }

  /** Root, and {@code ada} who reads and writes under {@code ada/}; also at the member that hears of it last. */
  private Client switchOn() throws Exception {
    Auth auth = anywhere().getAuthClient();
    done(auth.userAdd(bytes("root"), bytes("pw-root")));
    done(auth.userGrantRole(bytes("root"), bytes("root")));
    done(auth.userAdd(bytes("ada"), bytes("pw-ada")));
    done(auth.roleAdd(bytes("hers")));
    done(
        auth.roleGrantPermission(
            bytes("hers"), bytes("ada/"), bytes("ada0"), Permission.Type.READWRITE));
    done(auth.userGrantRole(bytes("ada"), bytes("hers")));
    done(auth.authEnable());
    return anywhere("root");
  }

  @Test
  void usersLiveWithTheirRolesAtEveryMember() throws Exception {
    Client root = switchOn();
    done(root.getKVClient().put(bytes("secret"), bytes("s")));
    for (int i = 0; i < 3; i++) {
      Client ada = at(i, "ada");
      done(ada.getKVClient().put(bytes("ada/" + i), bytes("1")));
      denied(() -> done(ada.getKVClient().put(bytes("secret"), bytes("1"))));
      denied(() -> done(ada.getKVClient().get(bytes("secret"))));
      GetOption prefix = GetOption.builder().isPrefix(true).build();
      assertThat(done(ada.getKVClient().get(bytes("ada/"), prefix)).getCount()).isEqualTo(i + 1);
      denied(() -> done(ada.getAuthClient().userList()));
      ByteSequence own = bytes("ada/" + i);
      denied(
          () ->
              done(
                  ada.getKVClient()
                      .txn()
                      .Then(
                          Op.put(own, bytes("2"), PutOption.DEFAULT),
                          Op.txn(
                              new io.etcd.jetcd.op.Cmp[0],
                              new Op[] {Op.get(bytes("secret"), GetOption.DEFAULT)},
                              new Op[0]))
                      .commit()));
      TxnResponse allowed =
          done(ada.getKVClient().txn().Then(Op.put(own, bytes("2"), PutOption.DEFAULT)).commit());
      assertThat(allowed.isSucceeded()).isTrue();
    }
    assertThat(done(root.getAuthClient().userList()).getUsers()).containsExactly("ada", "root");
    done(root.getAuthClient().authDisable());
    done(anywhere().getKVClient().put(bytes("secret"), bytes("free")));
  }

  @Test
  void aChangeThatWasAnsweredCountsAtEveryOtherMember() throws Exception {
    Client unused = switchOn();
    Client root = at(0, "root");
    List<Client> adas = List.of(at(0, "ada"), at(1, "ada"), at(2, "ada"));
    for (int round = 0; round < 10; round++) {
      done(root.getAuthClient().userRevokeRole(bytes("ada"), bytes("hers")));
      for (Client ada : adas) {
        denied(() -> done(ada.getKVClient().get(bytes("ada/x"))));
        denied(() -> done(ada.getKVClient().put(bytes("ada/x"), bytes("1"))));
      }
      done(root.getAuthClient().userGrantRole(bytes("ada"), bytes("hers")));
      for (Client ada : adas) {
        done(ada.getKVClient().get(bytes("ada/x")));
        done(ada.getKVClient().put(bytes("ada/x"), bytes("1")));
      }
    }
  }

  private ManagedChannel channel(int member) {
    ManagedChannel channel =
        NettyChannelBuilder.forAddress("127.0.0.1", cluster.clientPort(member))
            .usePlaintext()
            .build();
    channels.add(channel);
    return channel;
  }

  private static io.grpc.Channel with(ManagedChannel channel, String token) {
    Metadata metadata = new Metadata();
    metadata.put(Metadata.Key.of("token", Metadata.ASCII_STRING_MARSHALLER), token);
    return ClientInterceptors.intercept(
        channel, MetadataUtils.newAttachHeadersInterceptor(metadata));
  }

  @Test
  void aTokenIsKnownAtOnceToEveryMemberAndOutlivesTheOneThatGaveIt() throws Exception {
    Client unused = switchOn();
    int leader = cluster.leader();
    List<ManagedChannel> ports = List.of(channel(0), channel(1), channel(2));
    String token = "";
    for (int round = 0; round < 12; round++) {
      token = logIn(ports.get(leader));
      for (ManagedChannel port : ports) {
        var answer =
            KVGrpc.newBlockingStub(with(port, token))
                .withDeadlineAfter(20, TimeUnit.SECONDS)
                .range(
                    RangeRequest.newBuilder()
                        .setKey(ByteString.copyFromUtf8("ada/x"))
                        .setSerializable(true)
                        .build());
        assertThat(answer.getCount()).isZero();
      }
    }
    cluster.stop(leader);
    int survivor = (leader + 1) % 3;
    var answer =
        KVGrpc.newBlockingStub(with(ports.get(survivor), token))
            .withDeadlineAfter(20, TimeUnit.SECONDS)
            .range(RangeRequest.newBuilder().setKey(ByteString.copyFromUtf8("ada/x")).build());
    assertThat(answer.getCount()).isZero();
  }

  private static String logIn(ManagedChannel port) {
    return AuthGrpc.newBlockingStub(port)
        .withDeadlineAfter(20, TimeUnit.SECONDS)
        .authenticate(AuthenticateRequest.newBuilder().setName("ada").setPassword("pw-ada").build())
        .getToken();
  }

  @Test
  void whatOnlyTheLeaderAnswersIsAskedWithTheUsersToken() throws Exception {
    Client unused = switchOn();
    int follower = (cluster.leader() + 1) % 3;
    Client ada = at(follower, "ada");
    long lease = done(ada.getLeaseClient().grant(600)).getID();
    LeaseKeepAliveResponse renewed = done(ada.getLeaseClient().keepAliveOnce(lease));
    assertThat(renewed.getTTL()).isEqualTo(600);
    ManagedChannel port = channel(follower);
    LeaseTimeToLiveRequest question =
        LeaseTimeToLiveRequest.newBuilder().setID(lease).setKeys(true).build();
    assertThat(
            LeaseGrpc.newBlockingStub(with(port, logIn(port)))
                .withDeadlineAfter(20, TimeUnit.SECONDS)
                .leaseTimeToLive(question)
                .getGrantedTTL())
        .isEqualTo(600);
    assertThatThrownBy(
            () ->
                LeaseGrpc.newBlockingStub(port)
                    .withDeadlineAfter(20, TimeUnit.SECONDS)
                    .leaseGrant(LeaseGrantRequest.newBuilder().setTTL(60).build()))
        .hasMessageContaining(KvError.USER_EMPTY.text());
  }

  @Test
  void aWatchIsForWhoMayRead() throws Exception {
    Client root = switchOn();
    BlockingQueue<WatchResponse> seen = new LinkedBlockingQueue<>();
    BlockingQueue<Throwable> failures = new LinkedBlockingQueue<>();
    Client ada = anywhere("ada");
    try (Watch.Watcher hers =
            ada.getWatchClient().watch(bytes("ada/x"), Watch.listener(seen::add, failures::add));
        Watch.Watcher others =
            ada.getWatchClient().watch(bytes("secret"), Watch.listener(seen::add, failures::add))) {
      Throwable failure = failures.poll(30, TimeUnit.SECONDS);
      assertThat(failure).hasStackTraceContaining(KvError.PERMISSION_DENIED.text());
      done(root.getKVClient().put(bytes("secret"), bytes("1")));
      WatchResponse first = null;
      while (first == null) {
        // Until the watch is there, nobody knows which write it will see first.
        done(ada.getKVClient().put(bytes("ada/x"), bytes("1")));
        first = seen.poll(1, TimeUnit.SECONDS);
      }
      assertThat(first.getEvents().get(0).getKeyValue().getKey()).isEqualTo(bytes("ada/x"));
      assertThat(hers).isNotSameAs(others);
    }
  }
}
