package io.balsa.kv.watch;

import java.time.Duration;

/**
 * Settings of the watch hub. Immutable.
 *
 * @param historyRevisionsMax revisions of history in one response
 * @param responseBytesMax events are gathered into one response until it reaches this; a revision
 *     is never cut for it
 * @param fragmentBytes a response that reaches this is cut for watchers that asked for fragments:
 *     what a client may send, and half a MiB
 * @param streamBufferBytesMax live events that wait for one slow client; what exceeds it is read
 *     from history later
 * @param liveQueueBytesMax applied events that wait for the hub; what exceeds it is read from
 *     history later
 * @param progressInterval how often an idle watcher that asked for it is told how far it is
 * @param leaderlessMax streams that insist on a leader end after this long without one: three
 *     election timeouts
 */
public record WatchConfig(
    int historyRevisionsMax,
    long responseBytesMax,
    long fragmentBytes,
    long streamBufferBytesMax,
    long liveQueueBytesMax,
    Duration progressInterval,
    Duration leaderlessMax) {
  private static final long KIB = 1024;
  private static final long MIB = 1024 * KIB;

  public static final WatchConfig DEFAULT =
      new WatchConfig(
          1000, MIB, 2 * MIB, MIB, 32 * MIB, Duration.ofMinutes(10), Duration.ofSeconds(3));

  public WatchConfig {
    positive(historyRevisionsMax, "historyRevisionsMax");
    positive(responseBytesMax, "responseBytesMax");
    positive(fragmentBytes, "fragmentBytes");
    positive(streamBufferBytesMax, "streamBufferBytesMax");
    positive(liveQueueBytesMax, "liveQueueBytesMax");
    positive(progressInterval.toNanos(), "progressInterval");
    positive(leaderlessMax.toNanos(), "leaderlessMax");
  }

  private static void positive(long value, String name) {
    if (value <= 0) {
      throw new IllegalArgumentException(name + " must be greater than 0, not " + value);
    }
  }

  /** For servers whose clients may send requests of this size. */
  public WatchConfig withMaxRequestBytes(long maxRequestBytes) {
    return new WatchConfig(
        historyRevisionsMax,
        responseBytesMax,
        maxRequestBytes + 512 * KIB,
        streamBufferBytesMax,
        liveQueueBytesMax,
        progressInterval,
        leaderlessMax);
  }

  public WatchConfig withProgressInterval(Duration interval) {
    return new WatchConfig(
        historyRevisionsMax,
        responseBytesMax,
        fragmentBytes,
        streamBufferBytesMax,
        liveQueueBytesMax,
        interval,
        leaderlessMax);
  }

  public WatchConfig withElectionTimeout(Duration electionTimeout) {
    return new WatchConfig(
        historyRevisionsMax,
        responseBytesMax,
        fragmentBytes,
        streamBufferBytesMax,
        liveQueueBytesMax,
        progressInterval,
        electionTimeout.multipliedBy(3));
  }
}
