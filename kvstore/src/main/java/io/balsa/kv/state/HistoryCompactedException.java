package io.balsa.kv.state;

/** The history that was asked for is gone, in part or whole; the reader must start again from a fresh range. */
public final class HistoryCompactedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final long compactedRevision;

  public HistoryCompactedException(long fromRevision, long compactedRevision) {
    super(
        "history from " + fromRevision + " is compacted through " + compactedRevision,
        null,
        false,
        false);
    this.compactedRevision = compactedRevision;
  }

  /** The oldest revision that can still be read from. */
  public long compactedRevision() {
    return compactedRevision;
  }
}
