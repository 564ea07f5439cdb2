package io.balsa.raft.file.log;

/** Where an entry lies: its segment's number and its offset there, in one number. 0 is nowhere. */
final class Location {
  static final long NOWHERE = 0;
  private static final int OFFSET_BITS = 36;

  private Location() {}

  static long of(long segment, long offset) {
    return segment << OFFSET_BITS | offset;
  }

  static long segment(long location) {
    return location >>> OFFSET_BITS;
  }

  static long offset(long location) {
    return location & ((1L << OFFSET_BITS) - 1);
  }
}
