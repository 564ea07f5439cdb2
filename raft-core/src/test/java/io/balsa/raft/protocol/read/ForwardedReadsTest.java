package io.balsa.raft.protocol.read;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ForwardedReadsTest {
  private final ForwardedReads reads = new ForwardedReads(100);

  @Test
  void readsThatWaitTogetherShareARequest() {
    reads.add(1);
    reads.add(2);
    assertThat(reads.openRequest(0)).hasValue(2);
    assertThat(reads.openRequest(0)).isEmpty();
    assertThat(reads.takeAnswered(2)).containsExactly(1L, 2L);
    assertThat(reads.takeAnswered(2)).as("a repeated answer").isEmpty();
  }

  @Test
  void aReadThatComesLaterNeedsARequestOfItsOwn() {
    reads.add(1);
    assertThat(reads.openRequest(0)).hasValue(1);
    reads.add(2);
    assertThat(reads.takeAnswered(1)).containsExactly(1L);
    assertThat(reads.openRequest(0)).hasValue(2);
  }

  @Test
  void anUnansweredRequestIsRepeated() {
    reads.add(1);
    assertThat(reads.openRequest(0)).hasValue(1);
    assertThat(reads.takeOverdue(99)).isEmpty();
    assertThat(reads.nextDeadline()).hasValue(100);
    assertThat(reads.takeOverdue(100)).containsExactly(1L);
    assertThat(reads.takeOverdue(150)).isEmpty();
    assertThat(reads.takeOverdue(200)).containsExactly(1L);
  }

  @Test
  void nothingIsForgottenWhenTheLeaderGoes() {
    for (long id = 1; id <= 10; id++) {
      reads.add(id);
      reads.openRequest(0).ifPresent(request -> assertThat(request).isPositive());
    }
    assertThat(reads.takeAll()).containsExactlyInAnyOrder(1L, 2L, 3L, 4L, 5L, 6L, 7L, 8L, 9L, 10L);
    assertThat(reads.nextDeadline()).isEmpty();
  }
}
