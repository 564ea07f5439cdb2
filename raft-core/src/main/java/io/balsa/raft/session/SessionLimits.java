package io.balsa.raft.session;

import io.balsa.raft.model.InvalidConfigException;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.time.Duration;

/**
 * What a table of sessions may hold. They travel in the log, with each session that is opened, and hold for the whole table
 * until another is opened: so members agree on them, whatever each is configured with.
 *
 * @param ttl a session that isn't heard for so long, by log time, is evicted
 * @param sessionsMax how many sessions are kept; one more, and the one that wasn't heard for the longest is evicted
 * @param commandsMax how many commands of one session may wait for their answers
 * @param resultBytesMax how many bytes of results are kept per session until the client has them; beyond that, the lowest
 *     numbers' results are forgotten, though not that they were applied
 */
public record SessionLimits(Duration ttl, int sessionsMax, int commandsMax, int resultBytesMax) {
  /** Longer is for ever, and nanoseconds must fit a long with much room. */
  private static final Duration TTL_MAX = Duration.ofDays(3650);

  /** A keep-alive has to be proposed, and proposed again, a few times within one. */
  private static final Duration TTL_MIN = Duration.ofMillis(100);

  /** A minute, 4096 sessions with 64 commands and 64 KiB each. */
  public static final SessionLimits DEFAULT =
      new SessionLimits(Duration.ofMinutes(1), 4096, 64, 64 * 1024);

  public SessionLimits {
    require(
        ttl.compareTo(TTL_MIN) >= 0 && ttl.compareTo(TTL_MAX) <= 0,
        "ttl must be " + TTL_MIN + " to " + TTL_MAX + ", not " + ttl);
    require(sessionsMax > 0, "sessionsMax must be greater than 0, not " + sessionsMax);
    require(commandsMax > 0, "commandsMax must be greater than 0, not " + commandsMax);
    require(resultBytesMax >= 0, "resultBytesMax must be 0 or more, not " + resultBytesMax);
  }

  public SessionLimits withTtl(Duration value) {
    return new SessionLimits(value, sessionsMax, commandsMax, resultBytesMax);
  }

  public SessionLimits withSessionsMax(int value) {
    return new SessionLimits(ttl, value, commandsMax, resultBytesMax);
  }

  public SessionLimits withCommandsMax(int value) {
    return new SessionLimits(ttl, sessionsMax, value, resultBytesMax);
  }

  public SessionLimits withResultBytesMax(int value) {
    return new SessionLimits(ttl, sessionsMax, commandsMax, value);
  }

  long ttlNanos() {
    return ttl.toNanos();
  }

  void writeTo(DataOutput out) throws IOException {
    out.writeLong(ttlNanos());
    out.writeInt(sessionsMax);
    out.writeInt(commandsMax);
    out.writeInt(resultBytesMax);
  }

  /** Throws {@link InvalidConfigException} for limits that can't be. */
  static SessionLimits readFrom(DataInput in) throws IOException {
    return new SessionLimits(
        Duration.ofNanos(in.readLong()), in.readInt(), in.readInt(), in.readInt());
  }

  private static void require(boolean condition, String rule) {
    if (!condition) {
      throw new InvalidConfigException(rule);
    }
  }
}
