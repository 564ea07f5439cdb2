package io.balsa.raft.protocol.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.balsa.raft.model.InvariantViolation;
import org.junit.jupiter.api.Test;

class PendingWritesTest {

  @Test
  void aWriteVouchesForWhatItWrote() {
    PendingWrites writes = new PendingWrites(10);
    long first = writes.handOut(13, 0);
    long second = writes.handOut(15, 0);
    assertThat(writes.persistedIndex()).isEqualTo(10);
    writes.onPersisted(first, 0);
    assertThat(writes.persistedIndex()).isEqualTo(13);
    writes.onPersisted(second, 0);
    assertThat(writes.persistedIndex()).isEqualTo(15);
    assertThat(writes.isEmpty()).isTrue();
  }

  @Test
  void oneAcknowledgementCoversAllEarlierWrites() {
    PendingWrites writes = new PendingWrites(0);
    writes.handOut(1, 0);
    writes.handOut(2, 0);
    writes.onPersisted(writes.handOut(3, 0), 0);
    assertThat(writes.persistedIndex()).isEqualTo(3);
    assertThat(writes.isEmpty()).isTrue();
  }

  /** Trap L13: 12 is written, cut off and written again; the first write's completion says nothing about the second. */
  @Test
  void anOlderWriteDoesNotVouchForARewrittenIndex() {
    PendingWrites writes = new PendingWrites(10);
    long older = writes.handOut(13, 0);
    writes.truncateFrom(12);
    long newer = writes.handOut(12, 0);
    writes.onPersisted(older, 0);
    assertThat(writes.persistedIndex()).isEqualTo(11);
    writes.onPersisted(newer, 0);
    assertThat(writes.persistedIndex()).isEqualTo(12);
  }

  @Test
  void cuttingADurableSuffixTakesItsDurabilityBack() {
    PendingWrites writes = new PendingWrites(10);
    writes.truncateFrom(8);
    assertThat(writes.persistedIndex()).isEqualTo(7);
    writes.onPersisted(writes.handOut(9, 0), 0);
    assertThat(writes.persistedIndex()).isEqualTo(9);
  }

  @Test
  void anAcknowledgementOfAWriteThatWasNeverHandedOutIsABug() {
    PendingWrites writes = new PendingWrites(0);
    assertThatThrownBy(() -> writes.onPersisted(1, 0)).isInstanceOf(InvariantViolation.class);
  }

  @Test
  void aDiskIsWaitedForSinceItLastFinishedAnything() {
    PendingWrites writes = new PendingWrites(0);
    assertThat(writes.waitingSince()).isEmpty();
    long first = writes.handOut(1, 100);
    writes.handOut(2, 120);
    long third = writes.handOut(3, 130);
    assertThat(writes.waitingSince()).hasValue(100);
    writes.onPersisted(first, 180);
    assertThat(writes.waitingSince()).as("the second is written since then").hasValue(180);
    writes.truncateFrom(3);
    assertThat(writes.waitingSince()).hasValue(180);
    writes.onPersisted(third, 190);
    assertThat(writes.waitingSince()).isEmpty();
    writes.handOut(3, 500);
    assertThat(writes.waitingSince()).as("it had nothing to do before").hasValue(500);
  }
}
