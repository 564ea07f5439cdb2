package io.balsa.raft;

/** What a query may see. */
public enum ReadMode {
  /** Everything that was committed when the query was made: the leader confirms that it still leads (thesis §6.4). */
  LINEARIZABLE,
  /** What this node has applied: fast, possibly old, never something that wasn't. */
  LOCAL
}
