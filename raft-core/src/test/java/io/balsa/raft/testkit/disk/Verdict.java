package io.balsa.raft.testkit.disk;

/** How a damaged directory was met. There is no fourth way. */
public enum Verdict {
  /** Everything is there, and the damage is gone. */
  REPAIRED,
  /** Everything is there; the damage lies where nobody looks. */
  HARMLESS,
  /** The store said what is damaged, and where, before anything wrong was shown. */
  REFUSED
}
