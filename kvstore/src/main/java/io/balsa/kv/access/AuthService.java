package io.balsa.kv.access;

import io.balsa.kv.auth.Access;
import io.balsa.kv.auth.AuthState;
import io.balsa.kv.command.Caller;
import io.balsa.kv.command.CommandDone;
import io.balsa.kv.command.KvCommand;
import io.balsa.kv.etcd.Reply;
import io.balsa.kv.etcd.Results;
import io.balsa.kv.model.KvError;
import io.balsa.kv.proto.AuthDisableRequest;
import io.balsa.kv.proto.AuthDisableResponse;
import io.balsa.kv.proto.AuthEnableRequest;
import io.balsa.kv.proto.AuthEnableResponse;
import io.balsa.kv.proto.AuthGrpc;
import io.balsa.kv.proto.AuthRoleAddRequest;
import io.balsa.kv.proto.AuthRoleAddResponse;
import io.balsa.kv.proto.AuthRoleDeleteRequest;
import io.balsa.kv.proto.AuthRoleDeleteResponse;
import io.balsa.kv.proto.AuthRoleGetRequest;
import io.balsa.kv.proto.AuthRoleGetResponse;
import io.balsa.kv.proto.AuthRoleGrantPermissionRequest;
import io.balsa.kv.proto.AuthRoleGrantPermissionResponse;
import io.balsa.kv.proto.AuthRoleListRequest;
import io.balsa.kv.proto.AuthRoleListResponse;
import io.balsa.kv.proto.AuthRoleRevokePermissionRequest;
import io.balsa.kv.proto.AuthRoleRevokePermissionResponse;
import io.balsa.kv.proto.AuthStatusRequest;
import io.balsa.kv.proto.AuthStatusResponse;
import io.balsa.kv.proto.AuthUserAddRequest;
import io.balsa.kv.proto.AuthUserAddResponse;
import io.balsa.kv.proto.AuthUserChangePasswordRequest;
import io.balsa.kv.proto.AuthUserChangePasswordResponse;
import io.balsa.kv.proto.AuthUserDeleteRequest;
import io.balsa.kv.proto.AuthUserDeleteResponse;
import io.balsa.kv.proto.AuthUserGetRequest;
import io.balsa.kv.proto.AuthUserGetResponse;
import io.balsa.kv.proto.AuthUserGrantRoleRequest;
import io.balsa.kv.proto.AuthUserGrantRoleResponse;
import io.balsa.kv.proto.AuthUserListRequest;
import io.balsa.kv.proto.AuthUserListResponse;
import io.balsa.kv.proto.AuthUserRevokeRoleRequest;
import io.balsa.kv.proto.AuthUserRevokeRoleResponse;
import io.balsa.kv.proto.AuthenticateRequest;
import io.balsa.kv.proto.AuthenticateResponse;
import io.balsa.kv.proto.ResponseHeader;
import io.balsa.kv.proto.Role;
import io.balsa.kv.proto.User;
import io.balsa.kv.request.CallerContext;
import io.balsa.kv.request.RequestRouter;
import io.balsa.kv.state.KvStateMachine;
import io.grpc.stub.StreamObserver;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiFunction;
import java.util.function.Function;

/**
 * Users, roles, and logging in. Changes go through the log, with passwords hashed before; questions are answered after a read
 * barrier. Handlers run on gRPC's event loops and don't block.
 */
public final class AuthService extends AuthGrpc.AuthImplBase {
  private final RequestRouter router;
  private final KvStateMachine state;
  private final Tokens tokens;
  private final Passwords passwords;

  public AuthService(
      RequestRouter router, KvStateMachine state, Tokens tokens, Passwords passwords) {
    this.router = router;
    this.state = state;
    this.tokens = tokens;
    this.passwords = passwords;
  }

  @Override
  public void authenticate(
      AuthenticateRequest request, StreamObserver<AuthenticateResponse> observer) {
    Reply.send(
        observer,
        router
            .readBarrier()
            .thenCompose(passed -> logIn(request, state.auth()))
            .thenCompose(tokens::issue)
            .thenApply(
                token ->
                    AuthenticateResponse.newBuilder().setHeader(header()).setToken(token).build()));
  }

  /** An unknown user is no faster refused than a wrong password. */
  private CompletableFuture<Caller> logIn(AuthenticateRequest request, AuthState auth) {
    if (!auth.enabled()) {
      throw KvError.AUTH_NOT_ENABLED.exception();
    }
    User user = auth.user(request.getName()).orElse(null);
    if (user != null && user.getOptions().getNoPassword()) {
      throw KvError.NO_PASSWORD_USER.exception();
    }
    CompletableFuture<Boolean> matches =
        user == null
            ? passwords.matchesNobodys(request.getPassword())
            : passwords.matches(request.getPassword(), user.getPassword());
    return matches.thenApply(
        matched -> {
          if (!matched) {
            throw KvError.AUTH_FAILED.exception();
          }
          return Caller.newBuilder()
              .setUser(request.getName())
              .setAuthRevision(auth.revision())
              .build();
        });
  }

  /** Everybody may ask: clients want to know whether they have to log in. */
  @Override
  public void authStatus(AuthStatusRequest request, StreamObserver<AuthStatusResponse> observer) {
    Reply.send(
        observer,
        router
            .readBarrier()
            .thenApply(
                passed ->
                    AuthStatusResponse.newBuilder()
                        .setHeader(header())
                        .setEnabled(state.auth().enabled())
                        .setAuthRevision(state.auth().revision())
                        .build()));
  }

  @Override
  public void authEnable(AuthEnableRequest request, StreamObserver<AuthEnableResponse> observer) {
    change(
        observer,
        KvCommand.newBuilder().setAuthEnable(request),
        header -> AuthEnableResponse.newBuilder().setHeader(header).build());
  }

  @Override
  public void authDisable(
      AuthDisableRequest request, StreamObserver<AuthDisableResponse> observer) {
    change(
        observer,
        KvCommand.newBuilder().setAuthDisable(request),
        header -> AuthDisableResponse.newBuilder().setHeader(header).build());
  }

  @Override
  public void userAdd(AuthUserAddRequest request, StreamObserver<AuthUserAddResponse> observer) {
    AuthUserAddRequest.Builder hashed = request.toBuilder().clearPassword().clearHashedPassword();
    CompletableFuture<KvCommand.Builder> command =
        request.getOptions().getNoPassword()
            ? CompletableFuture.completedFuture(KvCommand.newBuilder().setUserAdd(hashed))
            : passwords
                .hash(request.getPassword())
                .thenApply(
                    hash -> KvCommand.newBuilder().setUserAdd(hashed.setHashedPassword(hash)));
    changeLater(
        observer, command, header -> AuthUserAddResponse.newBuilder().setHeader(header).build());
  }

  @Override
  public void userChangePassword(
      AuthUserChangePasswordRequest request,
      StreamObserver<AuthUserChangePasswordResponse> observer) {
    AuthUserChangePasswordRequest.Builder hashed = request.toBuilder().clearPassword();
    changeLater(
        observer,
        passwords
            .hash(request.getPassword())
            .thenApply(
                hash ->
                    KvCommand.newBuilder().setUserChangePassword(hashed.setHashedPassword(hash))),
        header -> AuthUserChangePasswordResponse.newBuilder().setHeader(header).build());
  }

  @Override
  public void userDelete(
      AuthUserDeleteRequest request, StreamObserver<AuthUserDeleteResponse> observer) {
    change(
        observer,
        KvCommand.newBuilder().setUserDelete(request),
        header -> AuthUserDeleteResponse.newBuilder().setHeader(header).build());
  }

  @Override
  public void userGrantRole(
      AuthUserGrantRoleRequest request, StreamObserver<AuthUserGrantRoleResponse> observer) {
    change(
        observer,
        KvCommand.newBuilder().setUserGrantRole(request),
        header -> AuthUserGrantRoleResponse.newBuilder().setHeader(header).build());
  }

  @Override
  public void userRevokeRole(
      AuthUserRevokeRoleRequest request, StreamObserver<AuthUserRevokeRoleResponse> observer) {
    change(
        observer,
        KvCommand.newBuilder().setUserRevokeRole(request),
        header -> AuthUserRevokeRoleResponse.newBuilder().setHeader(header).build());
  }

  @Override
  public void userGet(AuthUserGetRequest request, StreamObserver<AuthUserGetResponse> observer) {
    ask(
        observer,
        (auth, access) -> {
          access.userGet(request.getName());
          User user = auth.user(request.getName()).orElseThrow(KvError.USER_NOT_FOUND::exception);
          return AuthUserGetResponse.newBuilder()
              .setHeader(header())
              .addAllRoles(user.getRolesList())
              .build();
        });
  }

  @Override
  public void userList(AuthUserListRequest request, StreamObserver<AuthUserListResponse> observer) {
    ask(
        observer,
        (auth, access) -> {
          access.requireRoot();
          return AuthUserListResponse.newBuilder()
              .setHeader(header())
              .addAllUsers(auth.users().keySet())
              .build();
        });
  }

  @Override
  public void roleAdd(AuthRoleAddRequest request, StreamObserver<AuthRoleAddResponse> observer) {
    change(
        observer,
        KvCommand.newBuilder().setRoleAdd(request),
        header -> AuthRoleAddResponse.newBuilder().setHeader(header).build());
  }

  @Override
  public void roleDelete(
      AuthRoleDeleteRequest request, StreamObserver<AuthRoleDeleteResponse> observer) {
    change(
        observer,
        KvCommand.newBuilder().setRoleDelete(request),
        header -> AuthRoleDeleteResponse.newBuilder().setHeader(header).build());
  }

  @Override
  public void roleGrantPermission(
      AuthRoleGrantPermissionRequest request,
      StreamObserver<AuthRoleGrantPermissionResponse> observer) {
    change(
        observer,
        KvCommand.newBuilder().setRoleGrantPermission(request),
        header -> AuthRoleGrantPermissionResponse.newBuilder().setHeader(header).build());
  }

  @Override
  public void roleRevokePermission(
      AuthRoleRevokePermissionRequest request,
      StreamObserver<AuthRoleRevokePermissionResponse> observer) {
    change(
        observer,
        KvCommand.newBuilder().setRoleRevokePermission(request),
        header -> AuthRoleRevokePermissionResponse.newBuilder().setHeader(header).build());
  }

  @Override
  public void roleGet(AuthRoleGetRequest request, StreamObserver<AuthRoleGetResponse> observer) {
    ask(
        observer,
        (auth, access) -> {
          access.roleGet(request.getRole());
          Role role = auth.role(request.getRole()).orElseThrow(KvError.ROLE_NOT_FOUND::exception);
          return AuthRoleGetResponse.newBuilder()
              .setHeader(header())
              .addAllPerm(
                  request.getRole().equals(AuthState.ROOT)
                      ? List.of(AuthState.EVERYTHING)
                      : role.getKeyPermissionList())
              .build();
        });
  }

  @Override
  public void roleList(AuthRoleListRequest request, StreamObserver<AuthRoleListResponse> observer) {
    ask(
        observer,
        (auth, access) -> {
          access.requireRoot();
          return AuthRoleListResponse.newBuilder()
              .setHeader(header())
              .addAllRoles(auth.roles().keySet())
              .build();
        });
  }

  /** Who may is decided by the very users and roles that the answer is made of. */
  private <T> void ask(StreamObserver<T> observer, BiFunction<AuthState, Access, T> question) {
    Caller caller = CallerContext.caller();
    Reply.send(
        observer,
        router
            .readBarrier()
            .thenApply(
                passed -> {
                  AuthState auth = state.auth();
                  return question.apply(auth, Access.of(auth, caller));
                }));
  }

  private <T> void change(
      StreamObserver<T> observer, KvCommand.Builder command, Function<ResponseHeader, T> finish) {
    changeLater(observer, CompletableFuture.completedFuture(command), finish);
  }

  /** The command comes when its password is hashed, on another thread than the call's. */
  private <T> void changeLater(
      StreamObserver<T> observer,
      CompletableFuture<KvCommand.Builder> command,
      Function<ResponseHeader, T> finish) {
    Caller caller = CallerContext.caller();
    Reply.send(
        observer,
        command
            .thenCompose(ready -> router.propose(caller == null ? ready : ready.setCaller(caller)))
            .thenApply(
                result -> {
                  CommandDone done = Results.of(result, CommandDone.class);
                  return finish.apply(router.header(done.getHeader().getRevision()).build());
                }));
  }

  private ResponseHeader header() {
    return router.header(state.events().currentRevision()).build();
  }
}
