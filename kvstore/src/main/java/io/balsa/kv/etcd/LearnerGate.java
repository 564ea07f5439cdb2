package io.balsa.kv.etcd;

import io.balsa.kv.model.KvError;
import io.balsa.kv.proto.RangeRequest;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import java.util.Set;
import java.util.function.BooleanSupplier;

/** Lets pass what a learner may be asked, while this member is one: little, because it may be far behind. Thread-safe. */
public final class LearnerGate implements ServerInterceptor {
  private static final Set<String> ANY_TIME =
      Set.of(
          "etcdserverpb.Maintenance/Status",
          "etcdserverpb.Maintenance/Snapshot",
          "grpc.health.v1.Health/Check",
          "grpc.health.v1.Health/Watch",
          "grpc.health.v1.Health/List",
          "grpc.reflection.v1.ServerReflection/ServerReflectionInfo",
          "grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo");
  private static final String RANGE = "etcdserverpb.KV/Range";

  private final BooleanSupplier isLearner;

  public LearnerGate(BooleanSupplier isLearner) {
    this.isLearner = isLearner;
  }

  @Override
  public <Q, R> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
    String method = call.getMethodDescriptor().getFullMethodName();
    if (!isLearner.getAsBoolean() || ANY_TIME.contains(method)) {
      return next.startCall(call, headers);
    }
    if (method.equals(RANGE)) {
      return new SerializableOnly<>(call, next.startCall(call, headers));
    }
    refuse(call);
    return new ServerCall.Listener<>() {};
  }

  private static void refuse(ServerCall<?, ?> call) {
    call.close(GrpcErrors.of(KvError.NOT_SUPPORTED_FOR_LEARNER).getStatus(), new Metadata());
  }

  private static final class SerializableOnly<Q> extends SimpleForwardingServerCallListener<Q> {
    private final ServerCall<Q, ?> call;
    private boolean refused;

    SerializableOnly(ServerCall<Q, ?> call, ServerCall.Listener<Q> service) {
      super(service);
      this.call = call;
    }

    @Override
    public void onMessage(Q request) {
      if (request instanceof RangeRequest range && !range.getSerializable()) {
        refused = true;
        refuse(call);
      } else {
        super.onMessage(request);
      }
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
