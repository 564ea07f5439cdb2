package io.balsa.examples.chaos.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.net.ConnectException;
import org.junit.jupiter.api.Test;

/** What an error says about the effect of a call. */
final class FailuresTest {

  private static boolean hadNoEffect(Status status) {
    return Failures.hadNoEffect(new StatusRuntimeException(status));
  }

  @Test
  void aRefusalInEtcdsWordsHadNoEffect() {
    assertThat(
            hadNoEffect(
                Status.RESOURCE_EXHAUSTED.withDescription(
                    "etcdserver: mvcc: database space exceeded")))
        .isTrue();
    assertThat(
            hadNoEffect(Status.NOT_FOUND.withDescription("etcdserver: requested lease not found")))
        .isTrue();
  }

  @Test
  void theSameCodeInOtherWordsMayComeFromAfterwards() {
    assertThat(
            hadNoEffect(
                Status.RESOURCE_EXHAUSTED.withDescription("gRPC message exceeds maximum size")))
        .isFalse();
    assertThat(hadNoEffect(Status.RESOURCE_EXHAUSTED)).isFalse();
  }

  @Test
  void whatTimedOutMayHaveHappened() {
    assertThat(hadNoEffect(Status.DEADLINE_EXCEEDED)).isFalse();
    assertThat(hadNoEffect(Status.UNAVAILABLE.withDescription("etcdserver: request timed out")))
        .isFalse();
    assertThat(hadNoEffect(Status.UNAVAILABLE.withDescription("etcdserver: server stopped")))
        .isFalse();
    assertThat(hadNoEffect(Status.UNAVAILABLE.withDescription("Network closed for unknown reason")))
        .isFalse();
  }

  @Test
  void whatCouldNotBeSentHadNoEffect() {
    assertThat(hadNoEffect(Status.UNAVAILABLE.withCause(new ConnectException("refused")))).isTrue();
    assertThat(hadNoEffect(Status.UNAVAILABLE.withCause(new java.io.IOException("reset"))))
        .isFalse();
  }
}
