package io.balsa.kv.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.balsa.kv.proto.AuthEnableRequest;
import io.balsa.kv.proto.AuthGrpc;
import io.balsa.kv.proto.AuthRoleAddRequest;
import io.balsa.kv.proto.AuthRoleGrantPermissionRequest;
import io.balsa.kv.proto.AuthUserAddRequest;
import io.balsa.kv.proto.AuthUserGrantRoleRequest;
import io.balsa.kv.proto.AuthUserRevokeRoleRequest;
import io.balsa.kv.proto.AuthenticateRequest;
import io.balsa.kv.proto.ClusterGrpc;
import io.balsa.kv.proto.KVGrpc;
import io.balsa.kv.proto.LeaseGrpc;
import io.balsa.kv.proto.MaintenanceGrpc;
import io.balsa.kv.proto.Permission;
import io.balsa.kv.proto.election.ElectionGrpc;
import io.balsa.kv.proto.lock.LockGrpc;
import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.Metadata;
import io.grpc.stub.MetadataUtils;
import java.util.concurrent.TimeUnit;

/** Somebody at a client port: with a token, or without one. Thread-safe. */
record AuthClient(Channel channel) {
  AuthClient withToken(String token) {
    return withHeader("token", token);
  }

  AuthClient withHeader(String name, String value) {
    Metadata metadata = new Metadata();
    metadata.put(Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER), value);
    return new AuthClient(
        ClientInterceptors.intercept(channel, MetadataUtils.newAttachHeadersInterceptor(metadata)));
  }

  KVGrpc.KVBlockingStub kv() {
    return KVGrpc.newBlockingStub(channel).withDeadlineAfter(20, TimeUnit.SECONDS);
  }

  AuthGrpc.AuthBlockingStub auth() {
    return AuthGrpc.newBlockingStub(channel).withDeadlineAfter(20, TimeUnit.SECONDS);
  }

  LeaseGrpc.LeaseBlockingStub lease() {
    return LeaseGrpc.newBlockingStub(channel).withDeadlineAfter(20, TimeUnit.SECONDS);
  }

  LockGrpc.LockBlockingStub locks() {
    return LockGrpc.newBlockingStub(channel).withDeadlineAfter(20, TimeUnit.SECONDS);
  }

  ElectionGrpc.ElectionBlockingStub elections() {
    return ElectionGrpc.newBlockingStub(channel).withDeadlineAfter(20, TimeUnit.SECONDS);
  }

  MaintenanceGrpc.MaintenanceBlockingStub maintenance() {
    return MaintenanceGrpc.newBlockingStub(channel).withDeadlineAfter(20, TimeUnit.SECONDS);
  }

  ClusterGrpc.ClusterBlockingStub members() {
    return ClusterGrpc.newBlockingStub(channel).withDeadlineAfter(20, TimeUnit.SECONDS);
  }

  String logIn(String name, String password) {
    return auth()
        .authenticate(AuthenticateRequest.newBuilder().setName(name).setPassword(password).build())
        .getToken();
  }

  AuthClient as(String name) {
    return withToken(logIn(name, "pw-" + name));
  }

  void addUser(String name) {
    auth().userAdd(AuthUserAddRequest.newBuilder().setName(name).setPassword("pw-" + name).build());
  }

  void grantRole(String user, String role) {
    auth().userGrantRole(AuthUserGrantRoleRequest.newBuilder().setUser(user).setRole(role).build());
  }

  void revokeRole(String user, String role) {
    auth()
        .userRevokeRole(AuthUserRevokeRoleRequest.newBuilder().setName(user).setRole(role).build());
  }

  void addRole(String role) {
    auth().roleAdd(AuthRoleAddRequest.newBuilder().setName(role).build());
  }

  void grant(String role, Permission.Type type, String key, String end) {
    auth()
        .roleGrantPermission(
            AuthRoleGrantPermissionRequest.newBuilder()
                .setName(role)
                .setPerm(
                    Permission.newBuilder()
                        .setPermType(type)
                        .setKey(bytes(key))
                        .setRangeEnd(bytes(end)))
                .build());
  }

  /**
   * Switches authentication on. There are root, and {@code ada} who reads and writes under {@code ada/} and reads {@code shared}.
   *
   * @return root
   */
  AuthClient switchOn() {
    addUser("root");
    grantRole("root", "root");
    addUser("ada");
    addRole("hers");
    grant("hers", Permission.Type.READWRITE, "ada/", "ada0");
    grant("hers", Permission.Type.READ, "shared", "");
    grantRole("ada", "hers");
    assertThat(auth().authEnable(AuthEnableRequest.getDefaultInstance()).hasHeader()).isTrue();
    return as("root");
  }

  private static ByteString bytes(String text) {
    return ByteString.copyFromUtf8(text);
  }
}
