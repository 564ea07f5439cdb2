package io.balsa.raft.protocol.replication;

import static io.balsa.raft.protocol.replication.Progress.Mode.PROBE;
import static io.balsa.raft.protocol.replication.Progress.Mode.REPLICATE;
import static io.balsa.raft.protocol.replication.Progress.Mode.SNAPSHOT;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ProgressTest {

  private static InflightWindow window(int appendsMax) {
    return new InflightWindow(appendsMax, 1_000);
  }

  private static Progress replicatingFrom(long matchIndex, int inflightAppendsMax) {
    Progress progress = new Progress(matchIndex + 1, window(inflightAppendsMax), 0);
    progress.onAppendSent(matchIndex, 0, 0);
    progress.onAccepted(matchIndex);
    assertThat(progress.mode()).isEqualTo(REPLICATE);
    return progress;
  }

  @Test
  void aNewLeaderProbesOnceAndThenWaits() {
    Progress progress = new Progress(11, window(4), 0);
    assertThat(progress.isPaused()).isFalse();
    progress.onAppendSent(12, 0, 0);
    assertThat(progress.isPaused()).isTrue();
    assertThat(progress.nextIndex()).as("not moved on until it matched").isEqualTo(11);
    progress.resumeProbing();
    assertThat(progress.isPaused()).as("after a sign of life").isFalse();
  }

  /** What it acknowledges was known: it may be a repetition of the answer that an earlier pipeline began with. */
  @Test
  void anOldAcknowledgementDoesNotAnswerAProbe() {
    Progress progress = replicatingFrom(10, 4);
    progress.onAppendSent(14, 0, 0);
    progress.onUnreachable();
    progress.onAccepted(10);
    assertThat(progress.mode()).as("before the probe left").isEqualTo(PROBE);
    progress.onAppendSent(12, 0, 0);
    progress.onAccepted(10);
    assertThat(progress.isPaused()).as("the probe carries 11 and 12").isTrue();
    progress.onAccepted(11);
    assertThat(progress.mode()).as("a part of the probe was taken").isEqualTo(REPLICATE);
  }

  /** With nothing to send, a probe asks only whether the entry before it is there. */
  @Test
  void anEmptyProbeIsAnsweredByTheEntryBeforeIt() {
    Progress progress = new Progress(11, window(4), 0);
    progress.onAppendSent(10, 0, 0);
    progress.onAccepted(10);
    assertThat(progress.mode()).isEqualTo(REPLICATE);
  }

  @Test
  void aMatchOpensThePipelineUntilTheWindowIsFull() {
    Progress progress = replicatingFrom(10, 2);
    progress.onAppendSent(12, 0, 0);
    progress.onAppendSent(14, 0, 0);
    assertThat(progress.nextIndex()).isEqualTo(15);
    assertThat(progress.isPaused()).isTrue();
    progress.onAccepted(12);
    assertThat(progress.isPaused()).isFalse();
  }

  @Test
  void theWindowIsFullByBytesAsWellAsByAppends() {
    Progress progress = replicatingFrom(10, 4);
    progress.onAppendSent(12, 400, 0);
    progress.onAppendSent(13, 599, 0);
    assertThat(progress.isPaused()).isFalse();
    progress.onAppendSent(14, 5_000, 0);
    assertThat(progress.isPaused()).as("the append that reaches it still goes").isTrue();
    progress.onAccepted(13);
    assertThat(progress.isPaused()).isTrue();
    progress.onAccepted(14);
    assertThat(progress.isPaused()).isFalse();
  }

  @Test
  void whatIsGivenUpLeavesNoBytesBehind() {
    Progress progress = replicatingFrom(10, 4);
    progress.onAppendSent(12, 5_000, 0);
    progress.onUnreachable();
    progress.onAppendSent(12, 5_000, 0);
    progress.onAccepted(12);
    assertThat(progress.mode()).isEqualTo(REPLICATE);
    assertThat(progress.isPaused()).isFalse();
  }

  /** Trap L7. */
  @Test
  void aReorderedAcknowledgementNeverTakesTheMatchBack() {
    Progress progress = replicatingFrom(10, 8);
    progress.onAppendSent(14, 0, 0);
    progress.onAccepted(14);
    progress.onAccepted(12);
    assertThat(progress.matchIndex()).isEqualTo(14);
    assertThat(progress.nextIndex()).isEqualTo(15);
  }

  /** A rejection of something that was acknowledged since is an old one. */
  @Test
  void aStaleRejectionIsIgnored() {
    Progress progress = replicatingFrom(10, 8);
    progress.onRejected(9, 3);
    assertThat(progress.mode()).isEqualTo(REPLICATE);
    progress.onRejected(12, 3);
    assertThat(progress.mode()).as("something after the match was lost").isEqualTo(PROBE);
    assertThat(progress.nextIndex()).isEqualTo(11);
  }

  @Test
  void aRejectedProbeGoesBackToWhatMayBeCommon() {
    Progress progress = new Progress(101, window(4), 0);
    progress.onAppendSent(105, 0, 0);
    progress.onRejected(77, 5);
    assertThat(progress.nextIndex()).as("an answer to another probe").isEqualTo(101);
    progress.onRejected(100, 40);
    assertThat(progress.nextIndex()).isEqualTo(41);
    assertThat(progress.isPaused()).isFalse();
    progress.onRejected(40, 60);
    assertThat(progress.nextIndex()).as("never forward").isEqualTo(40);
  }

  /** Trap L20: waiting for a snapshot ends, whether it arrived or not. */
  @Test
  void aFollowerThatWaitsForASnapshotIsResumedEitherWay() {
    Progress sent = replicatingFrom(10, 4);
    sent.awaitSnapshot();
    assertThat(sent.isPaused()).isTrue();
    sent.onSnapshotSent(50);
    assertThat(sent.mode()).isEqualTo(PROBE);
    assertThat(sent.nextIndex()).isEqualTo(51);

    Progress failed = replicatingFrom(10, 4);
    failed.awaitSnapshot();
    failed.onSnapshotFailed();
    assertThat(failed.isPaused()).as("until a sign of life").isTrue();
    failed.resumeProbing();
    assertThat(failed.isPaused()).isFalse();
    assertThat(failed.nextIndex()).isEqualTo(11);
  }

  @Test
  void aSnapshotReportThatComesTooLateChangesNothing() {
    Progress progress = replicatingFrom(60, 4);
    progress.onSnapshotSent(50);
    progress.onSnapshotFailed();
    assertThat(progress.mode()).isEqualTo(REPLICATE);
    assertThat(progress.nextIndex()).isEqualTo(61);
  }

  @Test
  void anUnreachableFollowerIsProbedAgain() {
    Progress progress = replicatingFrom(10, 4);
    progress.onAppendSent(14, 0, 0);
    progress.onUnreachable();
    assertThat(progress.mode()).isEqualTo(PROBE);
    assertThat(progress.nextIndex()).isEqualTo(11);
    progress.awaitSnapshot();
    progress.onUnreachable();
    assertThat(progress.mode()).isEqualTo(SNAPSHOT);
  }
}
