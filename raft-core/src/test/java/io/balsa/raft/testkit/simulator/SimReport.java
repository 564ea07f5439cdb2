package io.balsa.raft.testkit.simulator;

import java.util.SortedMap;

/**
 * A run that passed.
 *
 * @param eventHash equal for equal runs, on every JVM
 * @param virtualNanos how long it took in the simulated world
 * @param committed entries in the committed log
 * @param deaths how many nodes died at each point
 */
public record SimReport(
    long seed,
    long eventHash,
    long events,
    long virtualNanos,
    long committed,
    SortedMap<Reached, Long> reached,
    SortedMap<CrashPoint, Long> deaths) {}
