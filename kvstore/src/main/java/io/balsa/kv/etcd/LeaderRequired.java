package io.balsa.kv.etcd;

import io.balsa.kv.model.KvError;
import io.balsa.kv.request.Replica;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;

/** Refuses at once, while no leader is known, the calls whose metadata say {@code hasleader: true}. Thread-safe. */
public final class LeaderRequired implements ServerInterceptor {
  private static final Metadata.Key<String> HAS_LEADER =
      Metadata.Key.of("hasleader", Metadata.ASCII_STRING_MARSHALLER);

  private final Replica replica;

  public LeaderRequired(Replica replica) {
    this.replica = replica;
  }

  @Override
  public <Q, R> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
    if ("true".equals(headers.get(HAS_LEADER)) && replica.leader().isEmpty()) {
      call.close(GrpcErrors.of(KvError.NO_LEADER).getStatus(), new Metadata());
      return new ServerCall.Listener<>() {};
    }
    return next.startCall(call, headers);
  }
}
