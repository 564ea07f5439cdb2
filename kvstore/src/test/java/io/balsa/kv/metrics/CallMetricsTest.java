package io.balsa.kv.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Status;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

final class CallMetricsTest {

  /** Alerts name them. */
  @Test
  void codesAreSpelledAsGoDoes() {
    assertThat(Arrays.stream(Status.Code.values()).map(CallMetrics::codeName))
        .containsExactly(
            "OK",
            "Canceled",
            "Unknown",
            "InvalidArgument",
            "DeadlineExceeded",
            "NotFound",
            "AlreadyExists",
            "PermissionDenied",
            "ResourceExhausted",
            "FailedPrecondition",
            "Aborted",
            "OutOfRange",
            "Unimplemented",
            "Internal",
            "Unavailable",
            "DataLoss",
            "Unauthenticated");
  }
}
