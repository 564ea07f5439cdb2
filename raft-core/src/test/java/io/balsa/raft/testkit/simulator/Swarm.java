package io.balsa.raft.testkit.simulator;

import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;
import java.util.SortedSet;
import java.util.SplittableRandom;

/**
 * What a seed draws before its run begins: the cluster's size and limits, and which kinds of faults are on. Each is off in
 * half of the runs, because too many at once hide bugs from each other.
 */
final class Swarm {
  static final long MILLI = 1_000_000L;

  final int nodes;
  final long electionNanos;
  final long heartbeatNanos;
  final int appendEntriesMax;
  final long appendBytesMax;
  final int inflightAppendsMax;
  final long inflightBytesMax;
  final long uncommittedBytesMax;
  final boolean batchesProposals;

  final int leaseClockDriftPpm;
  final long quiesceAfterNanos;

  final long snapshotEvery;
  final long keepEntries;

  final long delayNanos;
  final boolean reorders;
  final double drop;
  final double duplicate;
  final double longDelay;
  final long longDelayNanos;

  final long writeNanos;
  final boolean keepsUnsynced;
  final long applyNanos;
  final long readEntriesNanos;

  /** Those that are on. */
  final Set<FaultKind> faults;

  /** Whether the membership changes, among the nodes that the run begins with and these. */
  final boolean churn;

  final int spares;
  final long changeEveryNanos;

  private final int fastClockIfNoLeases;

  /** The size of a segment, if the disks hold bytes as the file store writes them; 0 if they hold objects, which is faster. */
  final int logBytes;

  /** How long between two faults, on average. */
  final long faultEveryNanos;

  final int clients;
  final double readShare;
  final long thinkNanos;

  /** Whether messages go through the transport's codec, if there is one; and how many are damaged then. */
  final boolean wire;

  final double flips;
  final long wireSeed;

  private final Switches switches;

  Swarm(SplittableRandom random, Extent extent) {
    switches = new Switches(extent.without());
    nodes = pick(random, 3, 3, 3, 3, 5, 5, 5, 5, 1, 2, 4, 7);
    electionNanos = random.nextLong(200, 1000) * MILLI;
    heartbeatNanos = electionNanos / random.nextInt(5, 11);
    appendEntriesMax = pick(random, 2, 3, 8, 64);
    appendBytesMax = pick(random, 1 << 20, 1 << 20, 150, 1_000);
    inflightAppendsMax = pick(random, 1, 2, 4, 16);
    inflightBytesMax = pick(random, 1 << 20, 1 << 20, 100, 3_000);
    uncommittedBytesMax = pick(random, 100, 1_000, 100_000);
    batchesProposals = random.nextBoolean();
    snapshotEvery = random.nextInt(4) == 0 ? Long.MAX_VALUE : random.nextLong(5, 60);
    keepEntries = random.nextBoolean() ? 0 : random.nextLong(20);
    delayNanos = random.nextLong(MILLI / 5, electionNanos / 20);
    reorders = switches.on("reorders", random.nextBoolean());
    double dropMax = random.nextBoolean() ? pick(random, 2, 2, 2, 5) / 10.0 : 0;
    drop = switches.share("drop", random.nextDouble() * dropMax);
    duplicate = switches.share("duplicate", random.nextBoolean() ? random.nextDouble() * 0.2 : 0);
    longDelay = switches.share("delay", random.nextBoolean() ? random.nextDouble() * 0.05 : 0);
    longDelayNanos = random.nextLong(50, 5_000) * MILLI;
    writeNanos = pick(random, 100, 1_000, 10_000) * 1_000L;
    keepsUnsynced = switches.on("unsynced", random.nextBoolean());
    applyNanos = pick(random, 1, 100, 2_000) * 1_000L;
    readEntriesNanos = random.nextBoolean() ? 0 : MILLI;
    faults = halfOf(random);
    faultEveryNanos = random.nextLong(50, 1_200) * MILLI;
    boolean fast = random.nextInt(6) == 0;
    int fastNode = 1 + random.nextInt(nodes);
    fastClockIfNoLeases = has(FaultKind.DRIFTS) && fast ? fastNode : 0;
    logBytes = random.nextInt(8) < 5 ? pick(random, 4, 4, 16, 64) << 10 : 0;
    clients = Math.min(random.nextInt(1, 9), extent.clientsMax());
    readShare = random.nextDouble() * 0.8;
    thinkNanos = random.nextLong(1, 200) * MILLI;
    churn = switches.on("churn", random.nextBoolean());
    int sparesIfChurn = random.nextInt(1, 4);
    spares = churn ? sparesIfChurn : 0;
    changeEveryNanos = random.nextLong(50, 2_000) * MILLI;
    boolean leases = switches.on("leases", random.nextBoolean());
    leaseClockDriftPpm = leases ? SimClock.DRIFT_PPM_MAX : 0;
    long rest = random.nextBoolean() ? 0 : random.nextLong(MILLI, 2 * electionNanos);
    quiesceAfterNanos = switches.on("rest", rest > 0) ? rest : 0;
    wire = switches.on("wire", random.nextBoolean());
    flips = switches.share("flips", random.nextBoolean() ? random.nextDouble() * 0.05 : 0);
    wireSeed = random.nextLong();
    if (leases()) {
      faults.remove(FaultKind.CLOCK_JUMPS); // no lease reckons with them
    }
  }

  /** The names of all kinds of faults. */
  static SortedSet<String> switches() {
    return new Swarm(new SplittableRandom(0), Extent.FULL).switches.known();
  }

  /** The kinds that are on. */
  SortedSet<String> on() {
    return switches.on();
  }

  /** Whether leaders may answer by a lease. */
  boolean leases() {
    return leaseClockDriftPpm > 0;
  }

  /** How many entries an append holds at least, if there are so many; those found at a restart may be taken for large. */
  long entriesPerAppendMin() {
    return Math.max(1, Math.min(appendEntriesMax, appendBytesMax >> 10));
  }

  private Set<FaultKind> halfOf(SplittableRandom random) {
    Set<FaultKind> kinds = EnumSet.noneOf(FaultKind.class);
    for (FaultKind kind : FaultKind.values()) {
      if (switches.on(kind.switchName(), random.nextBoolean())) {
        kinds.add(kind);
      }
    }
    return kinds;
  }

  /** The number of the node whose clock runs twice as fast; 0 if there is none, as always where leases trust the clocks. */
  int fastClock() {
    return leases() ? 0 : fastClockIfNoLeases;
  }

  boolean has(FaultKind kind) {
    return faults.contains(kind);
  }

  private static int pick(SplittableRandom random, int... choices) {
    return choices[random.nextInt(choices.length)];
  }

  /** What the failure message says about the run. */
  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "%d nodes, election %d ms, heartbeat %d ms, %d entries or %d bytes × %d appends or %d bytes, %d bytes, snapshot every %d keeping %d,"
            + " delay %d µs%s, drop %.2f, duplicate %.2f, long delay %.2f of %d ms, write %d µs%s%s, apply %d µs%s, on: %s,"
            + " a fault every %d ms, %d clients%s%s",
        nodes,
        electionNanos / MILLI,
        heartbeatNanos / MILLI,
        appendEntriesMax,
        appendBytesMax,
        inflightAppendsMax,
        inflightBytesMax,
        uncommittedBytesMax,
        snapshotEvery == Long.MAX_VALUE ? -1 : snapshotEvery,
        keepEntries,
        delayNanos / 1_000,
        reorders ? " reordering" : "",
        drop,
        duplicate,
        longDelay,
        longDelayNanos / MILLI,
        writeNanos / 1_000,
        keepsUnsynced ? " keeping some unsynced" : "",
        logBytes > 0 ? " in segments of " + logBytes : "",
        applyNanos / 1_000,
        leases() ? " leases" : "",
        faults,
        faultEveryNanos / MILLI,
        clients,
        quiesceAfterNanos > 0 ? ", rest after " + quiesceAfterNanos / MILLI + " ms" : "",
        (churn ? ", " + spares + " spares, a change every " + changeEveryNanos / MILLI + " ms" : "")
            + (wire ? String.format(Locale.ROOT, ", a codec, flips %.2f", flips) : ""));
  }
}
