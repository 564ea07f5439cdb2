package io.balsa.kv.etcd;

import io.balsa.kv.model.KvError;
import io.grpc.Status;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * gRPC's standard health service, for the server as a whole, which is all that etcd tells of: serving from when the member
 * is ready until it stops. Thread-safe; nothing blocks. gRPC's own implementation can't end the calls of those who watch,
 * and each would hold up a stop.
 */
public final class HealthService extends HealthGrpc.HealthImplBase {
  /** The name that stands for all services. */
  private static final String ALL = "";

  // Guarded by this; so is all writing to the watchers, which aren't thread-safe.
  private final Map<StreamObserver<HealthCheckResponse>, String> watchers = new LinkedHashMap<>();
  private ServingStatus status = ServingStatus.NOT_SERVING;
  private boolean stopped;

  @Override
  public void check(HealthCheckRequest request, StreamObserver<HealthCheckResponse> observer) {
    if (!request.getService().equals(ALL)) {
      observer.onError(Status.NOT_FOUND.withDescription("unknown service").asRuntimeException());
      return;
    }
    observer.onNext(answer(statusOf(ALL)));
    observer.onCompleted();
  }

  /** One that asks for an unknown service isn't refused: by the protocol, the service might still come. */
  @Override
  public void watch(HealthCheckRequest request, StreamObserver<HealthCheckResponse> observer) {
    if (observer instanceof ServerCallStreamObserver<HealthCheckResponse> call) {
      call.setOnCancelHandler(() -> forget(observer));
    }
    add(observer, request.getService());
  }

  private synchronized void add(StreamObserver<HealthCheckResponse> observer, String service) {
    observer.onNext(answer(statusOf(service)));
    if (stopped) {
      observer.onError(GrpcErrors.of(KvError.SERVER_STOPPED));
    } else {
      watchers.put(observer, service);
    }
  }

  private synchronized void forget(StreamObserver<HealthCheckResponse> observer) {
    watchers.remove(observer);
  }

  /** The member is ready for clients. Idempotent; comes to nothing once it stops. */
  public synchronized void serve() {
    if (!stopped) {
      tell(ServingStatus.SERVING);
    }
  }

  /** The member stops: who watches is told, and then cut off. Idempotent. */
  public synchronized void stop() {
    stopped = true;
    tell(ServingStatus.NOT_SERVING);
    for (StreamObserver<HealthCheckResponse> watcher : List.copyOf(watchers.keySet())) {
      watcher.onError(GrpcErrors.of(KvError.SERVER_STOPPED));
    }
    watchers.clear();
  }

  private void tell(ServingStatus now) {
    if (status == now) {
      return;
    }
    status = now;
    for (var watcher : List.copyOf(watchers.entrySet())) {
      if (watcher.getValue().equals(ALL)) {
        watcher.getKey().onNext(answer(now));
      }
    }
  }

  private synchronized ServingStatus statusOf(String service) {
    return service.equals(ALL) ? status : ServingStatus.SERVICE_UNKNOWN;
  }

  private static HealthCheckResponse answer(ServingStatus status) {
    return HealthCheckResponse.newBuilder().setStatus(status).build();
  }
}
