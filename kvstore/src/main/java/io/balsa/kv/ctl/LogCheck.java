package io.balsa.kv.ctl;

import io.balsa.raft.model.Entry;
import io.balsa.raft.model.GroupId;
import io.balsa.raft.model.RestoredState;
import io.balsa.raft.model.StorageException;
import io.balsa.raft.spi.LogAudit;
import io.balsa.raft.spi.LogAudit.Finding;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** Reads every entry of a log, in bounded memory, and gathers what is wrong. Immutable once made. */
final class LogCheck {
  private static final long PIECE_BYTES = 1 << 20;
  private static final int FINDINGS_MAX = 100;

  private final List<Finding> findings = new ArrayList<>();
  private final SortedMap<GroupId, Group> groups = new TreeMap<>();

  /**
   * What one group's log holds.
   *
   * @param entries that can be read
   * @param payloadBytes of these
   * @param firstBad the first index that can't be read; 0 for none
   */
  record Group(RestoredState log, long entries, long payloadBytes, long firstBad, long lastBad) {}

  private final boolean brokeOff;

  /**
   * @param brokeOff whether the log itself is damaged, not single entries of it
   */
  private LogCheck(boolean brokeOff) {
    this.brokeOff = brokeOff;
  }

  static LogCheck of(LogAudit audit) {
    LogCheck check = new LogCheck(audit.findings().stream().anyMatch(Finding::damage));
    check.findings.addAll(audit.findings());
    for (Map.Entry<GroupId, RestoredState> group : audit.groups().entrySet()) {
      check.groups.put(group.getKey(), check.readAll(audit, group.getKey(), group.getValue()));
    }
    return check;
  }

  private Group readAll(LogAudit audit, GroupId group, RestoredState log) {
    long entries = 0;
    long bytes = 0;
    long firstBad = 0;
    long lastBad = 0;
    long next = log.base().index() + 1;
    while (next <= log.lastIndex()) {
      try {
        List<Entry> piece = audit.read(group, next, log.lastIndex() + 1, PIECE_BYTES);
        for (Entry entry : piece) {
          entries++;
          bytes += entry.payload().size();
        }
        next += piece.size();
      } catch (StorageException e) {
        add(String.valueOf(e.getMessage()));
        firstBad = firstBad == 0 ? next : firstBad;
        lastBad = next;
        next++;
      }
    }
    return new Group(log, entries, bytes, firstBad, lastBad);
  }

  private void add(String damage) {
    if (findings.size() < FINDINGS_MAX) {
      findings.add(new Finding(true, damage));
    } else if (findings.size() == FINDINGS_MAX) {
      findings.add(new Finding(true, "and more"));
    }
  }

  List<Finding> findings() {
    return findings;
  }

  SortedMap<GroupId, Group> groups() {
    return groups;
  }

  /** Whether something may have followed the last entry of a group. */
  boolean brokeOff() {
    return brokeOff;
  }

  boolean isDamaged() {
    return findings.stream().anyMatch(Finding::damage);
  }
}
