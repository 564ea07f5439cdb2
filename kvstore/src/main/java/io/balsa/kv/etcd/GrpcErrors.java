package io.balsa.kv.etcd;

import io.balsa.kv.model.KvError;
import io.balsa.kv.model.KvException;
import io.balsa.raft.model.NodeStoppedException;
import io.grpc.Status;
import io.grpc.StatusException;
import io.grpc.StatusRuntimeException;
import java.util.concurrent.CompletionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a failure looks like to a client. Stateless; any thread. */
public final class GrpcErrors {
  private static final Logger log = LoggerFactory.getLogger(GrpcErrors.class);

  private GrpcErrors() {}

  public static StatusRuntimeException of(KvError error) {
    return new StatusRuntimeException(
        Status.fromCodeValue(error.code().number()).withDescription(error.text()));
  }

  /** The answer to a request that failed with this; what no client is meant to see is logged, and is INTERNAL. */
  public static StatusRuntimeException of(Throwable failure) {
    Throwable cause = failure;
    while (cause instanceof CompletionException && cause.getCause() != null) {
      cause = cause.getCause();
    }
    if (cause instanceof KvException known) {
      return of(known.error());
    }
    if (cause instanceof NodeStoppedException) {
      return of(KvError.SERVER_STOPPED);
    }
    if (cause instanceof StatusRuntimeException status) {
      return status;
    }
    if (cause instanceof StatusException status) {
      return new StatusRuntimeException(status.getStatus());
    }
    log.error("a request failed", cause);
    return Status.INTERNAL.withDescription("internal error").asRuntimeException();
  }
}
