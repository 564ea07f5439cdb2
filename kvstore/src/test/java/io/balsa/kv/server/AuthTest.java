package io.balsa.kv.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.balsa.kv.model.KvError;
import io.balsa.kv.proto.AlarmRequest;
import io.balsa.kv.proto.AuthDisableRequest;
import io.balsa.kv.proto.AuthEnableRequest;
import io.balsa.kv.proto.AuthRoleDeleteRequest;
import io.balsa.kv.proto.AuthRoleGetRequest;
import io.balsa.kv.proto.AuthRoleListRequest;
import io.balsa.kv.proto.AuthRoleRevokePermissionRequest;
import io.balsa.kv.proto.AuthStatusRequest;
import io.balsa.kv.proto.AuthUserAddRequest;
import io.balsa.kv.proto.AuthUserChangePasswordRequest;
import io.balsa.kv.proto.AuthUserDeleteRequest;
import io.balsa.kv.proto.AuthUserGetRequest;
import io.balsa.kv.proto.AuthUserListRequest;
import io.balsa.kv.proto.CompactionRequest;
import io.balsa.kv.proto.Compare;
import io.balsa.kv.proto.DefragmentRequest;
import io.balsa.kv.proto.DeleteRangeRequest;
import io.balsa.kv.proto.HashKVRequest;
import io.balsa.kv.proto.LeaseGrantRequest;
import io.balsa.kv.proto.LeaseGrpc;
import io.balsa.kv.proto.LeaseKeepAliveRequest;
import io.balsa.kv.proto.LeaseKeepAliveResponse;
import io.balsa.kv.proto.LeaseLeasesRequest;
import io.balsa.kv.proto.LeaseRevokeRequest;
import io.balsa.kv.proto.LeaseTimeToLiveRequest;
import io.balsa.kv.proto.MemberListRequest;
import io.balsa.kv.proto.MoveLeaderRequest;
import io.balsa.kv.proto.Permission;
import io.balsa.kv.proto.PutRequest;
import io.balsa.kv.proto.RangeRequest;
import io.balsa.kv.proto.RequestOp;
import io.balsa.kv.proto.StatusRequest;
import io.balsa.kv.proto.TxnRequest;
import io.balsa.kv.proto.TxnResponse;
import io.balsa.kv.proto.UserAddOptions;
import io.balsa.kv.proto.WatchCreateRequest;
import io.balsa.kv.proto.WatchGrpc;
import io.balsa.kv.proto.WatchRequest;
import io.balsa.kv.proto.WatchResponse;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.StreamObserver;
import java.nio.file.Path;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Users and roles against one whole member, through its client port. */
@Timeout(120)
final class AuthTest {
  @TempDir private Path dir;
  private TestCluster cluster;
  private ManagedChannel channel;

  @BeforeEach
  void start() throws Exception {
    cluster = TestCluster.start(dir, 1);
    channel =
        NettyChannelBuilder.forAddress("127.0.0.1", cluster.clientPort(0)).usePlaintext().build();
  }

  @AfterEach
  void stop() throws Exception {
    assertThat(channel.shutdownNow().awaitTermination(20, TimeUnit.SECONDS)).isTrue();
    cluster.close();
  }

  private AuthClient nobody() {
    return new AuthClient(channel);
  }

  private AuthClient switchOn() {
    return nobody().switchOn();
  }

  private static ByteString bytes(String text) {
    return ByteString.copyFromUtf8(text);
  }

  private static PutRequest put(String key, String value) {
    return PutRequest.newBuilder().setKey(bytes(key)).setValue(bytes(value)).build();
  }

  private static RangeRequest get(String key) {
    return RangeRequest.newBuilder().setKey(bytes(key)).build();
  }

  private static void refused(ThrowingCallable call, KvError error) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            StatusRuntimeException.class,
            failure -> {
              assertThat(failure.getStatus().getDescription()).isEqualTo(error.text());
              assertThat(failure.getStatus().getCode().value()).isEqualTo(error.code().number());
            });
  }

  @Test
  void whileItIsOffNobodyHasToLogInAndNobodyCan() {
    nobody().kv().put(put("a", "1"));
    assertThat(nobody().withToken("whatever").kv().range(get("a")).getCount()).isEqualTo(1);
    refused(() -> nobody().logIn("root", "x"), KvError.AUTH_NOT_ENABLED);
    refused(
        () -> nobody().auth().authEnable(AuthEnableRequest.getDefaultInstance()),
        KvError.ROOT_USER_NOT_EXIST);
    nobody().addUser("root");
    refused(
        () -> nobody().auth().authEnable(AuthEnableRequest.getDefaultInstance()),
        KvError.ROOT_ROLE_NOT_GRANTED);
  }

  @Test
  void logInsAreByPasswordAndTokensAreNotGuessed() {
    switchOn();
    refused(() -> nobody().logIn("ada", "wrong"), KvError.AUTH_FAILED);
    refused(() -> nobody().logIn("eve", "pw-eve"), KvError.AUTH_FAILED);
    String token = nobody().logIn("ada", "pw-ada");
    assertThat(nobody().logIn("ada", "pw-ada")).isNotEqualTo(token);
    AuthClient ada = nobody().withToken(token);
    ada.kv().put(put("ada/x", "1"));
    assertThat(nobody().withHeader("authorization", token).kv().range(get("ada/x")).getCount())
        .isEqualTo(1);
    assertThat(
            nobody()
                .withHeader("authorization", "Bearer " + token)
                .kv()
                .range(get("ada/x"))
                .getCount())
        .isEqualTo(1);
    refused(() -> nobody().kv().range(get("ada/x")), KvError.USER_EMPTY);
    for (String wrong : new String[] {"", "x", "x.1", "." + Long.MAX_VALUE, token + "1", "a.b.c"}) {
      String hidden = wrong.equals(token + "1") ? "x" + wrong : wrong;
      refused(
          () -> nobody().withToken(hidden).kv().range(get("ada/x")), KvError.INVALID_AUTH_TOKEN);
    }
  }

  @Test
  void aUserReadsAndWritesWhatTheirRoleSays() {
    AuthClient root = switchOn();
    AuthClient ada = nobody().as("ada");
    root.kv().put(put("shared", "s"));
    root.kv().put(put("secret", "s"));
    ada.kv().put(put("ada/x", "1"));
    assertThat(ada.kv().range(get("shared")).getCount()).isEqualTo(1);
    assertThat(
            ada.kv()
                .range(
                    get("ada/").toBuilder()
                        .setRangeEnd(bytes("ada0"))
                        .setSerializable(true)
                        .build())
                .getCount())
        .isEqualTo(1);
    denied(() -> ada.kv().range(get("secret")));
    denied(() -> ada.kv().range(get("secret").toBuilder().setSerializable(true).build()));
    denied(() -> ada.kv().range(get("ada/").toBuilder().setRangeEnd(bytes("\0")).build()));
    denied(() -> ada.kv().put(put("shared", "mine")));
    denied(
        () ->
            ada.kv().deleteRange(DeleteRangeRequest.newBuilder().setKey(bytes("shared")).build()));
    denied(() -> ada.kv().compact(CompactionRequest.newBuilder().setRevision(2).build()));
    assertThat(root.kv().range(get("shared")).getKvs(0).getValue()).isEqualTo(bytes("s"));
  }

  private static void denied(ThrowingCallable call) {
    refused(call, KvError.PERMISSION_DENIED);
  }

  @Test
  void oneForbiddenOperationForbidsTheTransaction() {
    AuthClient root = switchOn();
    root.kv().put(put("secret", "s"));
    AuthClient ada = nobody().as("ada");
    RequestOp look = RequestOp.newBuilder().setRequestRange(get("secret")).build();
    RequestOp write = RequestOp.newBuilder().setRequestPut(put("ada/x", "1")).build();
    TxnRequest nested =
        TxnRequest.newBuilder()
            .addFailure(
                RequestOp.newBuilder().setRequestTxn(TxnRequest.newBuilder().addFailure(look)))
            .build();
    denied(() -> ada.kv().txn(TxnRequest.newBuilder().addSuccess(look).build()));
    denied(
        () ->
            ada.kv()
                .txn(
                    TxnRequest.newBuilder()
                        .addSuccess(write)
                        .addSuccess(RequestOp.newBuilder().setRequestTxn(nested))
                        .build()));
    denied(
        () ->
            ada.kv()
                .txn(
                    TxnRequest.newBuilder()
                        .addCompare(Compare.newBuilder().setKey(bytes("secret")))
                        .build()));
    assertThat(root.kv().range(get("ada/x")).getCount()).isZero();
    TxnResponse allowed = ada.kv().txn(TxnRequest.newBuilder().addSuccess(write).build());
    assertThat(allowed.getSucceeded()).isTrue();
  }

  @Test
  void whatRolesAllowChangesAtOnceAndTokensStayGood() {
    AuthClient root = switchOn();
    AuthClient ada = nobody().as("ada");
    denied(() -> ada.kv().put(put("shared", "1")));
    root.grant("hers", Permission.Type.READWRITE, "shared", "");
    ada.kv().put(put("shared", "1"));
    root.auth()
        .roleRevokePermission(
            AuthRoleRevokePermissionRequest.newBuilder()
                .setRole("hers")
                .setKey(bytes("shared"))
                .build());
    denied(() -> ada.kv().put(put("shared", "2")));
    ada.kv().put(put("ada/x", "1"));
    root.revokeRole("ada", "hers");
    denied(() -> ada.kv().put(put("ada/x", "2")));
    root.grantRole("ada", "root");
    ada.kv().put(put("anything", "1"));
    root.auth().roleDelete(AuthRoleDeleteRequest.newBuilder().setRole("hers").build());
    assertThat(
            root.auth()
                .userGet(AuthUserGetRequest.newBuilder().setName("ada").build())
                .getRolesList())
        .containsExactly("root");
  }

  @Test
  void aNewPasswordADeletedUserAndSwitchingOffEndTokens() {
    AuthClient root = switchOn();
    AuthClient ada = nobody().as("ada");
    root.auth()
        .userChangePassword(
            AuthUserChangePasswordRequest.newBuilder().setName("ada").setPassword("new").build());
    refused(() -> ada.kv().range(get("ada/x")), KvError.INVALID_AUTH_TOKEN);
    refused(() -> nobody().as("ada"), KvError.AUTH_FAILED);
    AuthClient again = nobody().withToken(nobody().logIn("ada", "new"));
    assertThat(again.kv().range(get("ada/x")).getCount()).isZero();
    root.auth().userDelete(AuthUserDeleteRequest.newBuilder().setName("ada").build());
    root.addUser("ada");
    refused(() -> again.kv().range(get("ada/x")), KvError.INVALID_AUTH_TOKEN);
    refused(
        () -> root.auth().userDelete(AuthUserDeleteRequest.newBuilder().setName("root").build()),
        KvError.INVALID_AUTH_MANAGEMENT);
    assertThat(root.auth().authDisable(AuthDisableRequest.getDefaultInstance()).hasHeader())
        .isTrue();
    nobody().kv().put(put("free", "1"));
    assertThat(nobody().auth().authEnable(AuthEnableRequest.getDefaultInstance()).hasHeader())
        .isTrue();
    refused(() -> root.kv().range(get("free")), KvError.INVALID_AUTH_TOKEN);
  }

  @Test
  void usersAndRolesAreRootsToSeeAndTheirOwnToEverybody() {
    AuthClient root = switchOn();
    AuthClient ada = nobody().as("ada");
    assertThat(root.auth().userList(AuthUserListRequest.getDefaultInstance()).getUsersList())
        .containsExactly("ada", "root");
    assertThat(root.auth().roleList(AuthRoleListRequest.getDefaultInstance()).getRolesList())
        .containsExactly("hers");
    denied(() -> ada.auth().userList(AuthUserListRequest.getDefaultInstance()));
    denied(() -> ada.auth().roleList(AuthRoleListRequest.getDefaultInstance()));
    denied(() -> ada.auth().userGet(AuthUserGetRequest.newBuilder().setName("root").build()));
    denied(() -> ada.auth().roleGet(AuthRoleGetRequest.newBuilder().setRole("root").build()));
    denied(() -> ada.addUser("eve"));
    denied(() -> ada.grantRole("ada", "root"));
    assertThat(
            ada.auth()
                .userGet(AuthUserGetRequest.newBuilder().setName("ada").build())
                .getRolesList())
        .containsExactly("hers");
    assertThat(
            ada.auth()
                .roleGet(AuthRoleGetRequest.newBuilder().setRole("hers").build())
                .getPermList())
        .hasSize(2);
    root.addRole("root");
    assertThat(
            root.auth()
                .roleGet(AuthRoleGetRequest.newBuilder().setRole("root").build())
                .getPermList())
        .singleElement()
        .satisfies(
            all -> {
              assertThat(all.getPermType()).isEqualTo(Permission.Type.READWRITE);
              assertThat(all.getKey()).isEmpty();
              assertThat(all.getRangeEnd()).isEqualTo(bytes("\0"));
            });
    refused(
        () -> root.auth().userGet(AuthUserGetRequest.newBuilder().setName("x").build()),
        KvError.USER_NOT_FOUND);
    assertThat(nobody().auth().authStatus(AuthStatusRequest.getDefaultInstance()).getEnabled())
        .isTrue();
  }

  @Test
  void whoHasNoPasswordCannotLogInWithOne() {
    AuthClient root = switchOn();
    root.auth()
        .userAdd(
            AuthUserAddRequest.newBuilder()
                .setName("cert")
                .setOptions(UserAddOptions.newBuilder().setNoPassword(true))
                .build());
    refused(() -> nobody().logIn("cert", ""), KvError.NO_PASSWORD_USER);
  }

  @Test
  void membersAreRootsToRunAndEverybodysToSee() {
    AuthClient root = switchOn();
    AuthClient ada = nobody().as("ada");
    StatusRequest status = StatusRequest.getDefaultInstance();
    refused(() -> nobody().maintenance().status(status), KvError.USER_EMPTY);
    refused(
        () -> nobody().members().memberList(MemberListRequest.getDefaultInstance()),
        KvError.USER_EMPTY);
    assertThat(ada.maintenance().status(status).getVersion()).isNotEmpty();
    assertThat(ada.members().memberList(MemberListRequest.getDefaultInstance()).getMembersCount())
        .isEqualTo(1);
    assertThat(ada.maintenance().alarm(AlarmRequest.getDefaultInstance()).getAlarmsList())
        .isEmpty();
    denied(
        () ->
            ada.maintenance()
                .alarm(
                    AlarmRequest.newBuilder()
                        .setAction(AlarmRequest.AlarmAction.DEACTIVATE)
                        .build()));
    denied(() -> ada.maintenance().hashKV(HashKVRequest.getDefaultInstance()));
    denied(() -> ada.maintenance().defragment(DefragmentRequest.getDefaultInstance()));
    denied(() -> ada.maintenance().moveLeader(MoveLeaderRequest.getDefaultInstance()));
    assertThat(root.maintenance().hashKV(HashKVRequest.getDefaultInstance()).hasHeader()).isTrue();
    HealthCheckResponse health =
        HealthGrpc.newBlockingStub(channel).check(HealthCheckRequest.getDefaultInstance());
    assertThat(health.getStatus()).isEqualTo(HealthCheckResponse.ServingStatus.SERVING);
  }

  @Test
  void aLeaseIsAsOpenAsItsKeys() throws Exception {
    AuthClient root = switchOn();
    AuthClient ada = nobody().as("ada");
    LeaseGrantRequest grant = LeaseGrantRequest.newBuilder().setID(7).setTTL(600).build();
    refused(() -> nobody().lease().leaseGrant(grant), KvError.USER_EMPTY);
    assertThat(ada.lease().leaseGrant(grant).getID()).isEqualTo(7);
    assertThat(ada.lease().leaseGrant(grant.toBuilder().setID(0).build()).getID()).isPositive();
    assertThat(renew(ada)).isEqualTo(600);
    ada.kv().put(put("ada/x", "1").toBuilder().setLease(7).build());
    LeaseTimeToLiveRequest keys =
        LeaseTimeToLiveRequest.newBuilder().setID(7).setKeys(true).build();
    assertThat(ada.lease().leaseTimeToLive(keys).getKeysList()).containsExactly(bytes("ada/x"));
    assertThat(ada.lease().leaseLeases(LeaseLeasesRequest.getDefaultInstance()).getLeasesCount())
        .isEqualTo(2);

    root.kv().put(put("secret", "1").toBuilder().setLease(7).build());
    denied(() -> ada.lease().leaseTimeToLive(keys));
    denied(() -> ada.lease().leaseLeases(LeaseLeasesRequest.getDefaultInstance()));
    denied(() -> ada.kv().put(put("ada/y", "1").toBuilder().setLease(7).build()));
    denied(() -> ada.lease().leaseRevoke(LeaseRevokeRequest.newBuilder().setID(7).build()));
    assertThat(ada.lease().leaseTimeToLive(keys.toBuilder().setKeys(false).build()).getGrantedTTL())
        .isEqualTo(600);
    assertThat(root.lease().leaseTimeToLive(keys).getKeysCount()).isEqualTo(2);
    root.lease().leaseRevoke(LeaseRevokeRequest.newBuilder().setID(7).build());
    assertThat(ada.kv().range(get("ada/x")).getCount()).isZero();
  }

  private static long renew(AuthClient client) throws InterruptedException {
    BlockingQueue<Object> heard = new LinkedBlockingQueue<>();
    StreamObserver<LeaseKeepAliveRequest> requests =
        LeaseGrpc.newStub(client.channel()).leaseKeepAlive(into(heard));
    requests.onNext(LeaseKeepAliveRequest.newBuilder().setID(7).build());
    Object first = heard.poll(20, TimeUnit.SECONDS);
    requests.onCompleted();
    assertThat(first).isInstanceOf(LeaseKeepAliveResponse.class);
    return ((LeaseKeepAliveResponse) first).getTTL();
  }

  private static <T> StreamObserver<T> into(BlockingQueue<Object> heard) {
    return new StreamObserver<>() {
      @Override
      public void onNext(T value) {
        heard.add(value);
      }

      @Override
      public void onError(Throwable failure) {
        heard.add(failure);
      }

      @Override
      public void onCompleted() {
        heard.add("completed");
      }
    };
  }

  @Test
  void eachWatchOfAStreamIsJudgedByItself() throws Exception {
    AuthClient root = switchOn();
    BlockingQueue<Object> heard = new LinkedBlockingQueue<>();
    StreamObserver<WatchRequest> ada =
        WatchGrpc.newStub(nobody().as("ada").channel()).watch(into(heard));
    ada.onNext(watch("secret", ""));
    assertRefused(heard, "rpc error: code = PermissionDenied desc = etcdserver: permission denied");
    ada.onNext(watch("shared", "\0"));
    assertRefused(heard, "rpc error: code = PermissionDenied desc = etcdserver: permission denied");
    ada.onNext(watch("ada/", "ada0"));
    assertThat(next(heard).getCanceled()).isFalse();
    root.kv().put(put("secret", "1"));
    root.kv().put(put("ada/x", "1"));
    assertThat(next(heard).getEvents(0).getKv().getKey()).isEqualTo(bytes("ada/x"));

    root.auth().userDelete(AuthUserDeleteRequest.newBuilder().setName("ada").build());
    ada.onNext(watch("ada/", "ada0"));
    assertRefused(heard, "rpc error: code = Unauthenticated desc = etcdserver: invalid auth token");
    ada.onCompleted();

    BlockingQueue<Object> strangers = new LinkedBlockingQueue<>();
    StreamObserver<WatchRequest> stranger = WatchGrpc.newStub(channel).watch(into(strangers));
    stranger.onNext(watch("shared", ""));
    assertRefused(
        strangers, "rpc error: code = InvalidArgument desc = etcdserver: user name is empty");
    stranger.onCompleted();
  }

  private static WatchRequest watch(String key, String end) {
    return WatchRequest.newBuilder()
        .setCreateRequest(
            WatchCreateRequest.newBuilder().setKey(bytes(key)).setRangeEnd(bytes(end)))
        .build();
  }

  private static void assertRefused(BlockingQueue<Object> heard, String reason)
      throws InterruptedException {
    WatchResponse response = next(heard);
    assertThat(response.getCreated()).isTrue();
    assertThat(response.getCanceled()).isTrue();
    assertThat(response.getWatchId()).isEqualTo(-1);
    assertThat(response.getCancelReason()).isEqualTo(reason);
  }

  private static WatchResponse next(BlockingQueue<Object> heard) throws InterruptedException {
    Object next = heard.poll(20, TimeUnit.SECONDS);
    assertThat(next).isInstanceOf(WatchResponse.class);
    return (WatchResponse) next;
  }

  @Test
  void usersOutliveARestartAndTokensDoNot() throws Exception {
    AuthClient root = switchOn();
    root.kv().put(put("shared", "1"));
    cluster.stop(0);
    cluster.restart(0);
    refused(() -> root.kv().range(get("shared")), KvError.INVALID_AUTH_TOKEN);
    assertThat(nobody().as("ada").kv().range(get("shared")).getCount()).isEqualTo(1);
  }
}
