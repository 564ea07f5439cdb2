package io.balsa.raft.session;

/**
 * Tells how much time has passed between two entries, by the entries alone: equal on every replica, whatever their clocks
 * say. Never runs back. One thread.
 */
final class LogTime {
  /*
   * Sessions that nobody uses must go some day. A replica that judged by its own clock would forget a session that another
   * still knows, apply a retried command that the other suppresses, and their states would part for ever (trap T6). So
   * time, too, comes from the log.
   *
   * Who knows the time? The clients, a little: each can tell by its own monotonic clock how much has passed since it last
   * got an answer, and answers carry log time. A stamp is
   *
   *     log time in the answer  +  what the client's clock has counted since that answer came
   *
   *        entry:      e1 ──── answer: T=100 ────┐                        (the client)
   *                                              └── 7 s pass ──► e2 stamped 107
   *        log time:   100                                            max(log time, 107)
   *
   * No clock is compared with another, and none with a calendar: a clock that is wrong by years counts seven seconds all
   * the same.
   *
   * Never too fast. By induction over the entries: if log time was right or slow at e1, it is right or slow where the
   * answer arrives, which is later; so the stamp is, when it is made; so it is at e2. Taking the latest of all stamps
   * changes nothing. A delayed, repeated or reordered entry carries an older stamp and moves nothing. (A scheme in which the
   * log adds up the differences between a proposer's stamps isn't safe in this way: the backlogs of ten proposers, let in
   * together after a partition, add up to ten times its duration.)
   *
   * Too slow is harmless: a session is evicted late, and the cap on sessions bounds what that costs. While nobody proposes,
   * time stands still. After an outage of the whole cluster, every session is still there.
   *
   * Wrong clocks:
   *   stands still   Its stamps don't move log time; others' do, and its own next answer brings it up to date.
   *   runs back      The client counts from the latest reading that it ever had, so this is a clock that stands still.
   *   jumps ahead    A stamp further ahead than a quarter of the TTL isn't believed at all, and the answer to it resets the
   *                  client. So a jump of years does nothing, however often it is repeated, and a small one takes at most a
   *                  quarter of the TTL from everybody, once. The same rule makes a client harmless that was suspended, or
   *                  cut off for long, while log time went slower than it might.
   *   runs too fast  This is what no rule here can tell from a right clock among silent ones. Sessions are kept alive every
   *                  eighth of their TTL; a clock must run several times too fast to evict others, which crystals don't.
   *
   * A client that lies can evict others, as it can propose anything else: clients are trusted.
   */
  private static final int STEPS_PER_TTL = 4;

  private long now;

  LogTime(long now) {
    this.now = now;
  }

  long now() {
    return now;
  }

  /** An entry with this stamp was applied, while sessions live for {@code ttlNanos}. */
  void advance(long stamp, long ttlNanos) {
    if (stamp > now && stamp - now <= ttlNanos / STEPS_PER_TTL) {
      now = stamp;
    }
  }
}
