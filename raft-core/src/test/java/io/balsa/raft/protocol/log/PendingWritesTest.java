package io.balsa.raft.protocol.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.balsa.raft.model.InvariantViolation;
import org.junit.jupiter.api.Test;

class PendingWritesTest {

  @Test
  void aWriteVouchesForWhatItWrote() {
    PendingWrites writes = new PendingWrites(10);
    long first = writes.handOut(13);
    long second = writes.handOut(15);
    assertThat(writes.persistedIndex()).isEqualTo(10);
    writes.onPersisted(first);
    assertThat(writes.persistedIndex()).isEqualTo(13);
    writes.onPersisted(second);
    assertThat(writes.persistedIndex()).isEqualTo(15);
    assertThat(writes.isEmpty()).isTrue();
  }

  @Test
  void oneAcknowledgementCoversAllEarlierWrites() {
    PendingWrites writes = new PendingWrites(0);
    writes.handOut(1);
    writes.handOut(2);
    writes.onPersisted(writes.handOut(3));
    assertThat(writes.persistedIndex()).isEqualTo(3);
    assertThat(writes.isEmpty()).isTrue();
  }

  /** Trap L13: 12 is written, cut off and written again; the first write's completion says nothing about the second. */
  @Test
  void anOlderWriteDoesNotVouchForARewrittenIndex() {
    PendingWrites writes = new PendingWrites(10);
    long older = writes.handOut(13);
    writes.truncateFrom(12);
    long newer = writes.handOut(12);
    writes.onPersisted(older);
    assertThat(writes.persistedIndex()).isEqualTo(11);
    writes.onPersisted(newer);
    assertThat(writes.persistedIndex()).isEqualTo(12);
  }

  @Test
  void cuttingADurableSuffixTakesItsDurabilityBack() {
    PendingWrites writes = new PendingWrites(10);
    writes.truncateFrom(8);
    assertThat(writes.persistedIndex()).isEqualTo(7);
    writes.onPersisted(writes.handOut(9));
    assertThat(writes.persistedIndex()).isEqualTo(9);
  }

  @Test
  void anAcknowledgementOfAWriteThatWasNeverHandedOutIsABug() {
    PendingWrites writes = new PendingWrites(0);
    assertThatThrownBy(() -> writes.onPersisted(1)).isInstanceOf(InvariantViolation.class);
  }
}
