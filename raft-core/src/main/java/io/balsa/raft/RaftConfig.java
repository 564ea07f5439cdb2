package io.balsa.raft;

import io.balsa.raft.model.InvalidConfigException;
import io.balsa.raft.protocol.CoreConfig;
import java.time.Duration;

/**
 * A host's settings: immutable, checked when built, safe as they are.
 *
 * @param electionTimeout a follower that hears nothing for between one and two of these starts an election
 * @param heartbeatInterval how often a leader is heard at least
 * @param proposalTimeout after this a proposal that isn't decided is reported as unknown
 * @param readTimeout after this a read that isn't confirmed fails
 * @param commandBytesMax a larger command is rejected
 * @param appendBytesMax entries in one message, unless a single one is larger
 * @param appendEntriesMax entries in one message
 * @param inflightAppendsMax messages on their way to one follower before the leader waits
 * @param inflightBytesMax about how many bytes of entries on their way to one follower before the leader waits
 * @param uncommittedBytesMax proposals are rejected while more than this waits for its commit, or for the leader's own disk
 * @param inboxBytesMax proposals and messages are refused while more than this waits for the host's loop
 * @param entryCacheBytesMax recent entries of one group kept in memory
 * @param snapshotEveryEntries a snapshot is taken after this many applied entries
 * @param keepEntries entries kept behind a snapshot, so that a follower a little behind needs no snapshot
 * @param snapshotChunkBytes the size of the pieces in which a snapshot travels
 * @param leaseClockDriftPpm by how many parts per million any node's clock may run faster or slower than true time: what lease
 *     reads rely on. 0 switches leases off, and such reads are confirmed like linearizable ones. The same on all members, or
 *     reads may be stale
 * @param quiesceAfter a group in which nothing happens for so long costs neither messages nor timers until something does; its
 *     hosts go on watching each other. Zero for never
 */
public record RaftConfig(
    Duration electionTimeout,
    Duration heartbeatInterval,
    Duration proposalTimeout,
    Duration readTimeout,
    int commandBytesMax,
    long appendBytesMax,
    int appendEntriesMax,
    int inflightAppendsMax,
    long inflightBytesMax,
    long uncommittedBytesMax,
    long inboxBytesMax,
    long entryCacheBytesMax,
    long snapshotEveryEntries,
    long keepEntries,
    int snapshotChunkBytes,
    int leaseClockDriftPpm,
    Duration quiesceAfter) {

  /** An election takes at least this many heartbeats of silence: fewer, and one late packet deposes a leader. */
  private static final int HEARTBEATS_PER_ELECTION_MIN = 5;

  public static final RaftConfig DEFAULT = builder().build();

  public RaftConfig {
    positive(heartbeatInterval, "heartbeatInterval");
    positive(electionTimeout, "electionTimeout");
    positive(proposalTimeout, "proposalTimeout");
    positive(readTimeout, "readTimeout");
    Duration electionTimeoutMin = heartbeatInterval.multipliedBy(HEARTBEATS_PER_ELECTION_MIN);
    require(
        electionTimeout.compareTo(electionTimeoutMin) >= 0,
        "electionTimeout ("
            + electionTimeout
            + ") must be at least 5 × heartbeatInterval ("
            + heartbeatInterval
            + ")");
    positive(commandBytesMax, "commandBytesMax");
    positive(appendBytesMax, "appendBytesMax");
    positive(appendEntriesMax, "appendEntriesMax");
    positive(inflightAppendsMax, "inflightAppendsMax");
    positive(inflightBytesMax, "inflightBytesMax");
    require(
        0 <= leaseClockDriftPpm && leaseClockDriftPpm <= CoreConfig.LEASE_CLOCK_DRIFT_PPM_MAX,
        "leaseClockDriftPpm must be 0 (no leases) to "
            + CoreConfig.LEASE_CLOCK_DRIFT_PPM_MAX
            + ", not "
            + leaseClockDriftPpm);
    require(!quiesceAfter.isNegative(), "quiesceAfter must not be negative, not " + quiesceAfter);
    positive(snapshotEveryEntries, "snapshotEveryEntries");
    positive(snapshotChunkBytes, "snapshotChunkBytes");
    require(keepEntries >= 0, "keepEntries must be 0 or more, not " + keepEntries);
    atLeastOneCommand(uncommittedBytesMax, "uncommittedBytesMax", commandBytesMax);
    atLeastOneCommand(inboxBytesMax, "inboxBytesMax", commandBytesMax);
    atLeastOneCommand(entryCacheBytesMax, "entryCacheBytesMax", commandBytesMax);
  }

  public static Builder builder() {
    return new Builder();
  }

  private static void positive(Duration value, String name) {
    require(
        !value.isNegative() && !value.isZero(),
        name + " must be longer than nothing, not " + value);
  }

  private static void positive(long value, String name) {
    require(value > 0, name + " must be greater than 0, not " + value);
  }

  private static void atLeastOneCommand(long bytesMax, String name, int commandBytesMax) {
    require(
        bytesMax >= commandBytesMax,
        name
            + " ("
            + bytesMax
            + ") must hold at least one command of commandBytesMax ("
            + commandBytesMax
            + ")");
  }

  private static void require(boolean condition, String rule) {
    if (!condition) {
      throw new InvalidConfigException(rule);
    }
  }

  /** Starts from the defaults. */
  public static final class Builder {
    private static final int KIB = 1024;
    private static final int MIB = 1024 * KIB;

    private Duration electionTimeout = Duration.ofSeconds(1);
    private Duration heartbeatInterval = Duration.ofMillis(100);
    private Duration proposalTimeout = Duration.ofSeconds(7);
    private Duration readTimeout = Duration.ofSeconds(7);
    private int commandBytesMax = 8 * MIB;
    private long appendBytesMax = MIB;
    private int appendEntriesMax = 4096;
    private int inflightAppendsMax = 256;
    private long inflightBytesMax = 16 * MIB;
    private long uncommittedBytesMax = 64 * MIB;
    private long inboxBytesMax = 64 * MIB;
    private long entryCacheBytesMax = 64 * MIB;
    private long snapshotEveryEntries = 10_000;
    private long keepEntries = 5_000;
    private int snapshotChunkBytes = 256 * KIB;
    private int leaseClockDriftPpm;
    private Duration quiesceAfter = Duration.ofSeconds(10);

    private Builder() {}

    public Builder electionTimeout(Duration value) {
      electionTimeout = value;
      return this;
    }

    public Builder heartbeatInterval(Duration value) {
      heartbeatInterval = value;
      return this;
    }

    public Builder proposalTimeout(Duration value) {
      proposalTimeout = value;
      return this;
    }

    public Builder readTimeout(Duration value) {
      readTimeout = value;
      return this;
    }

    public Builder commandBytesMax(int value) {
      commandBytesMax = value;
      return this;
    }

    public Builder appendBytesMax(long value) {
      appendBytesMax = value;
      return this;
    }

    public Builder appendEntriesMax(int value) {
      appendEntriesMax = value;
      return this;
    }

    public Builder inflightAppendsMax(int value) {
      inflightAppendsMax = value;
      return this;
    }

    public Builder inflightBytesMax(long value) {
      inflightBytesMax = value;
      return this;
    }

    public Builder uncommittedBytesMax(long value) {
      uncommittedBytesMax = value;
      return this;
    }

    public Builder inboxBytesMax(long value) {
      inboxBytesMax = value;
      return this;
    }

    public Builder entryCacheBytesMax(long value) {
      entryCacheBytesMax = value;
      return this;
    }

    public Builder snapshotEveryEntries(long value) {
      snapshotEveryEntries = value;
      return this;
    }

    public Builder keepEntries(long value) {
      keepEntries = value;
      return this;
    }

    public Builder snapshotChunkBytes(int value) {
      snapshotChunkBytes = value;
      return this;
    }

    public Builder leaseClockDriftPpm(int value) {
      leaseClockDriftPpm = value;
      return this;
    }

    public Builder quiesceAfter(Duration value) {
      quiesceAfter = value;
      return this;
    }

    /**
     * @throws InvalidConfigException if a setting breaks a rule; the message says which
     */
    public RaftConfig build() {
      return new RaftConfig(
          electionTimeout,
          heartbeatInterval,
          proposalTimeout,
          readTimeout,
          commandBytesMax,
          appendBytesMax,
          appendEntriesMax,
          inflightAppendsMax,
          inflightBytesMax,
          uncommittedBytesMax,
          inboxBytesMax,
          entryCacheBytesMax,
          snapshotEveryEntries,
          keepEntries,
          snapshotChunkBytes,
          leaseClockDriftPpm,
          quiesceAfter);
    }
  }
}
