package io.balsa.kv.watch;

import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;

/**
 * Notes the metadata {@code hasleader: true}, by which a client asks to be cut off from a member
 * that has no leader, rather than to be served what may be old. For streams, which may lose the
 * leader after they began. Stateless; any thread.
 */
public final class InsistsOnLeader implements ServerInterceptor {
  private static final Metadata.Key<String> HAS_LEADER =
      Metadata.Key.of("hasleader", Metadata.ASCII_STRING_MARSHALLER);
  private static final Context.Key<Boolean> REQUIRED =
      Context.keyWithDefault("leader required", false);

  /** Whether the call that this thread is handling asked for it. */
  public static boolean byThisCall() {
    return REQUIRED.get();
  }

  @Override
  public <Q, R> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, R> call, Metadata metadata, ServerCallHandler<Q, R> next) {
    boolean required = "true".equals(metadata.get(HAS_LEADER));
    return Contexts.interceptCall(
        Context.current().withValue(REQUIRED, required), call, metadata, next);
  }
}
