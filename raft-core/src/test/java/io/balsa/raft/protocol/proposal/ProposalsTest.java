package io.balsa.raft.protocol.proposal;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ProposalsTest {

  @Test
  void aForwardedProposalIsAnsweredOnceOrGivenUpOnce() {
    ForwardedProposals proposals = new ForwardedProposals(100);
    proposals.add(1, 3, 0);
    proposals.add(4, 1, 50);
    assertThat(proposals.takeAnswered(1)).isTrue();
    assertThat(proposals.takeAnswered(1)).isFalse();
    assertThat(proposals.nextDeadline()).hasValue(150);
    assertThat(proposals.takeOverdue(149)).isEmpty();
    assertThat(proposals.takeOverdue(150)).containsExactly(new ForwardedProposals.Range(4, 1));
    assertThat(proposals.takeAll()).isEmpty();
  }

  @Test
  void uncommittedBytesAreBoundedAndReturnToZero() {
    UncommittedBytes bytes = new UncommittedBytes(100);
    assertThat(bytes.hasRoomFor(500)).as("alone, anything may be appended").isTrue();
    bytes.onAppended(5, 60);
    assertThat(bytes.hasRoomFor(40)).isTrue();
    assertThat(bytes.hasRoomFor(41)).isFalse();
    bytes.onAppended(7, 40);
    bytes.freeThrough(6);
    assertThat(bytes.hasRoomFor(60)).isTrue();
    assertThat(bytes.hasRoomFor(61)).isFalse();
    bytes.freeThrough(7);
    assertThat(bytes.hasRoomFor(500)).isTrue();
  }
}
