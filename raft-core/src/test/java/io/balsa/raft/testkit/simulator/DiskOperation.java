package io.balsa.raft.testkit.simulator;

import io.balsa.raft.model.Entry;
import io.balsa.raft.model.EntryKind;
import io.balsa.raft.model.PersistBatch;
import io.balsa.raft.model.SnapshotMeta;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a disk is handed: either a batch, or a new base for the log.
 *
 * @param cuts whether the batch takes the place of entries
 * @param endsAt its place in the log of bytes, if there is one
 */
record DiskOperation(
    Optional<PersistBatch> batch, Optional<SnapshotMeta> base, boolean cuts, long endsAt) {

  /** The places that it leads past, by what it holds. */
  List<CrashPoint> points(boolean durable) {
    List<CrashPoint> points = new ArrayList<>();
    if (batch.isEmpty()) {
      points.add(durable ? CrashPoint.COMPACTION_DURABLE : CrashPoint.COMPACTION_HANDED_OVER);
      return points;
    }
    if (batch.get().hardState().isPresent()) {
      points.add(durable ? CrashPoint.HARD_STATE_DURABLE : CrashPoint.HARD_STATE_HANDED_OVER);
    }
    if (batch.get().resetTo().isPresent()) {
      points.add(durable ? CrashPoint.RESET_DURABLE : CrashPoint.RESET_HANDED_OVER);
    }
    if (cuts) {
      points.add(durable ? CrashPoint.TRUNCATION_DURABLE : CrashPoint.TRUNCATION_HANDED_OVER);
    }
    if (batch.get().entries().stream().anyMatch(DiskOperation::isMembership)) {
      points.add(durable ? CrashPoint.MEMBERSHIP_DURABLE : CrashPoint.MEMBERSHIP_HANDED_OVER);
    }
    return points;
  }

  private static boolean isMembership(Entry entry) {
    return entry.kind() == EntryKind.MEMBERSHIP;
  }
}
