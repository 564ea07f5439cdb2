package io.balsa.kv.state;

/**
 * A place in history: the {@code sub}-th change of a revision, counted from 0.
 */
record Place(long revision, int sub) {
  /** Before all history. */
  static final Place NONE = new Place(0, 0);

  boolean isNone() {
    return revision == 0;
  }
}
