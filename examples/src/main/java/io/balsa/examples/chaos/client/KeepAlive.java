package io.balsa.examples.chaos.client;

import io.balsa.kv.proto.LeaseKeepAliveRequest;
import io.balsa.kv.proto.LeaseKeepAliveResponse;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** One keep-alive on a stream of its own. Stateless. */
public final class KeepAlive {
  private static final long PATIENCE_SECONDS = 2;

  private KeepAlive() {}

  /**
   * What the lease has left now; 0 or less if there is no such lease.
   *
   * @throws StatusRuntimeException if there is no answer in time
   */
  public static long once(MemberCalls member, long lease) {
    Answer answer = new Answer(new CompletableFuture<>());
    StreamObserver<LeaseKeepAliveRequest> requests = member.leaseStream().leaseKeepAlive(answer);
    try {
      requests.onNext(LeaseKeepAliveRequest.newBuilder().setID(lease).build());
      return answer.ttl().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof StatusRuntimeException failure) {
        throw failure;
      }
      throw new IllegalStateException("a keep-alive broke", e);
    } catch (TimeoutException e) {
      throw Status.DEADLINE_EXCEEDED.withCause(e).asRuntimeException();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw Status.CANCELLED.withCause(e).asRuntimeException();
    } finally {
      requests.onError(Status.CANCELLED.withDescription("one answer was enough").asException());
    }
  }

  private record Answer(CompletableFuture<Long> ttl)
      implements StreamObserver<LeaseKeepAliveResponse> {
    @Override
    public void onNext(LeaseKeepAliveResponse response) {
      ttl.complete(response.getTTL());
    }

    @Override
    public void onError(Throwable error) {
      ttl.completeExceptionally(error);
    }

    @Override
    public void onCompleted() {
      ttl.completeExceptionally(
          Status.UNAVAILABLE.withDescription("the stream ended").asRuntimeException());
    }
  }
}
