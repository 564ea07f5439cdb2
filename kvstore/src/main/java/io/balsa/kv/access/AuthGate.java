package io.balsa.kv.access;

import com.google.protobuf.ByteString;
import io.balsa.kv.auth.Access;
import io.balsa.kv.auth.AuthState;
import io.balsa.kv.command.Caller;
import io.balsa.kv.etcd.GrpcErrors;
import io.balsa.kv.model.KvError;
import io.balsa.kv.model.KvException;
import io.balsa.kv.proto.WatchCreateRequest;
import io.balsa.kv.request.CallerContext;
import io.balsa.kv.request.RequestRouter;
import io.balsa.kv.watch.WatchAccess;
import io.balsa.raft.model.NodeStoppedException;
import io.grpc.Contexts;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What every call of a client passes: it finds out whose call it is, and turns away who may not make it, by {@link
 * CallRules}. While authentication is off it looks at one field and lets through. Thread-safe; doesn't block.
 */
public final class AuthGate implements ServerInterceptor, WatchAccess {
  private static final Metadata.Key<String> TOKEN =
      Metadata.Key.of("token", Metadata.ASCII_STRING_MARSHALLER);
  private static final Metadata.Key<String> AUTHORIZATION =
      Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);
  private static final String BEARER = "Bearer ";

  private final Supplier<AuthState> auth;
  private final Tokens tokens;
  private final RequestRouter router;

  public AuthGate(Supplier<AuthState> auth, Tokens tokens, RequestRouter router) {
    this.auth = auth;
    this.tokens = tokens;
    this.router = router;
  }

  @Override
  public <Q, R> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
    try {
      AuthState now = auth.get();
      return now.enabled() ? admit(call, headers, next, now) : next.startCall(call, headers);
    } catch (KvException | NodeStoppedException refused) {
      return refuse(call, refused);
    }
  }

  private <Q, R> ServerCall.Listener<Q> admit(
      ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next, AuthState now) {
    CallRules.Rule rule =
        CallRules.of(call.getMethodDescriptor().getFullMethodName())
            .orElseThrow(KvError.PERMISSION_DENIED::exception);
    if (rule.kind() == CallRules.Kind.OPEN) {
      return next.startCall(call, headers);
    }
    String token = token(headers);
    if (token != null && tokens.mayBeUnderWay(token, now)) {
      return new LateStart<Q>()
          .after(router.readBarrier(), () -> begin(call, headers, next, rule, token), call);
    }
    return begin(call, headers, next, rule, token);
  }

  private <Q, R> ServerCall.Listener<Q> begin(
      ServerCall<Q, R> call,
      Metadata headers,
      ServerCallHandler<Q, R> next,
      CallRules.Rule rule,
      @Nullable String token) {
    try {
      if (rule.kind() == CallRules.Kind.WATCHES) {
        return Contexts.interceptCall(CallerContext.of(null, token), call, headers, next);
      }
      AuthState now = auth.get();
      Caller caller = resolve(token, now);
      Access access = Access.of(now, caller);
      return new Judged<>(
          call,
          rule.check(),
          access,
          Contexts.interceptCall(CallerContext.of(caller, token), call, headers, next));
    } catch (KvException | NodeStoppedException refused) {
      return refuse(call, refused);
    }
  }

  private Caller resolve(@Nullable String token, AuthState now) {
    if (token == null) {
      throw KvError.USER_EMPTY.exception();
    }
    return tokens.resolve(token, now);
  }

  private static @Nullable String token(Metadata headers) {
    String token = headers.get(TOKEN);
    String given = token != null ? token : headers.get(AUTHORIZATION);
    return given != null && given.startsWith(BEARER) ? given.substring(BEARER.length()) : given;
  }

  static <Q> ServerCall.Listener<Q> refuse(ServerCall<Q, ?> call, Throwable reason) {
    call.close(GrpcErrors.of(reason).getStatus(), new Metadata());
    return new ServerCall.Listener<>() {};
  }

  /**
   * A watch may begin by the permissions of its beginning; as in etcd it goes on if they are taken away. So they are to be those
   * of now, and not of this member's past; only without a leader they are those that this member knows.
   */
  @Override
  public CompletableFuture<Optional<KvError>> refusal(WatchCreateRequest request) {
    try {
      if (!auth.get().enabled()) {
        return WatchAccess.OPEN.refusal(request);
      }
    } catch (NodeStoppedException stopped) {
      return CompletableFuture.failedFuture(stopped);
    }
    String token = CallerContext.token();
    return router.readBarrier().handle((passed, failure) -> judge(request, token));
  }

  private Optional<KvError> judge(WatchCreateRequest request, @Nullable String token) {
    try {
      AuthState now = auth.get();
      if (now.enabled()) {
        Access.of(now, resolve(token, now)).read(firstKey(request), request.getRangeEnd());
      }
      return Optional.empty();
    } catch (KvException refused) {
      return Optional.of(refused.error());
    }
  }

  /** No key stands for the very first. */
  private static ByteString firstKey(WatchCreateRequest request) {
    return request.getKey().isEmpty() ? ByteString.copyFrom(new byte[] {0}) : request.getKey();
  }

  /** Shows each request to the rule before it reaches the service. */
  private static final class Judged<Q> extends SimpleForwardingServerCallListener<Q> {
    private final ServerCall<Q, ?> call;
    private final BiConsumer<Access, Object> check;
    private final Access access;
    private boolean refused;

    Judged(
        ServerCall<Q, ?> call,
        BiConsumer<Access, Object> check,
        Access access,
        ServerCall.Listener<Q> service) {
      super(service);
      this.call = call;
      this.check = check;
      this.access = access;
    }

    @Override
    public void onMessage(Q request) {
      if (refused) {
        return;
      }
      try {
        check.accept(access, request);
      } catch (KvException denied) {
        refused = true;
        call.close(GrpcErrors.of(denied).getStatus(), new Metadata());
        return;
      }
      super.onMessage(request);
    }

    /** The service would complain that there was no request. */
    @Override
    public void onHalfClose() {
      if (!refused) {
        super.onHalfClose();
      }
    }
  }
}
