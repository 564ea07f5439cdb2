package io.balsa.examples.chaos.watch;

import java.util.ArrayList;
import java.util.List;

/** One watch on one member, from its creation to its end. Thread-safe. */
public final class WatchSession {
  private final String member;
  private final WatchRange range;
  private final long startRevision;

  /** Guarded by this. */
  private final List<WatchAnswer> answers = new ArrayList<>();

  public WatchSession(String member, WatchRange range, long startRevision) {
    this.member = member;
    this.range = range;
    this.startRevision = startRevision;
  }

  public String member() {
    return member;
  }

  public WatchRange range() {
    return range;
  }

  /** The first revision that was asked for. */
  public long startRevision() {
    return startRevision;
  }

  /** The next answer. */
  public synchronized void add(WatchAnswer answer) {
    answers.add(answer);
  }

  public synchronized List<WatchAnswer> answers() {
    return List.copyOf(answers);
  }

  @Override
  public String toString() {
    return "watch of " + range + " from " + startRevision + " on " + member;
  }
}
