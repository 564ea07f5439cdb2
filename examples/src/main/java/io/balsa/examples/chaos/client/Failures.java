package io.balsa.examples.chaos.client;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.net.ConnectException;
import java.util.Set;

/**
 * What an error says about the effect of the call that it ended. Errs on the side of "unknown": a call that is said to have
 * had no effect, and had one, would be a violation that isn't there.
 */
public final class Failures {
  private static final String SERVER_PREFIX = "etcdserver: ";

  /** Refusals in etcd's words with one of these codes are made before the request has any effect, or in place of it. */
  private static final Set<Status.Code> REFUSALS =
      Set.of(
          Status.Code.INVALID_ARGUMENT,
          Status.Code.FAILED_PRECONDITION,
          Status.Code.OUT_OF_RANGE,
          Status.Code.NOT_FOUND,
          Status.Code.RESOURCE_EXHAUSTED,
          Status.Code.PERMISSION_DENIED);

  private Failures() {}

  /** Whether the call certainly had no effect and never will. */
  public static boolean hadNoEffect(StatusRuntimeException failure) {
    return wasRefused(failure.getStatus()) || neverLeft(failure);
  }

  private static boolean wasRefused(Status status) {
    String text = status.getDescription();
    return text != null && text.startsWith(SERVER_PREFIX) && REFUSALS.contains(status.getCode());
  }

  /** There was no connection to send it on. */
  private static boolean neverLeft(StatusRuntimeException failure) {
    if (failure.getStatus().getCode() != Status.Code.UNAVAILABLE) {
      return false;
    }
    for (Throwable cause = failure.getCause(); cause != null; cause = cause.getCause()) {
      if (cause instanceof ConnectException) {
        return true;
      }
    }
    return false;
  }

  /** In one short line. */
  public static String text(StatusRuntimeException failure) {
    Status status = failure.getStatus();
    return status.getDescription() == null
        ? status.getCode().toString()
        : status.getCode() + " " + status.getDescription();
  }
}
