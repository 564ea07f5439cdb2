package io.balsa.raft.session;

/** A client's idea of log time, for its stamps: what the last answer said, and what its own clock has counted since. */
final class ReckonedTime {
  private final SessionTimer timer;
  private long logTime;

  /** The reading of the clock when {@code logTime} was told. */
  private long toldAt;

  /** The latest reading ever: a clock that runs back stands still here. */
  private long latestReading;

  ReckonedTime(SessionTimer timer) {
    this.timer = timer;
    latestReading = timer.nanoTime();
    toldAt = latestReading;
  }

  /** An answer says so; believed even when it is less than reckoned, because then this clock was the wrong one. */
  void told(long answered) {
    logTime = answered;
    toldAt = reading();
  }

  long now() {
    return logTime + (reading() - toldAt);
  }

  private long reading() {
    long reading = timer.nanoTime();
    if (reading - latestReading > 0) {
      latestReading = reading;
    }
    return latestReading;
  }
}
