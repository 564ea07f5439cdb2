package io.balsa.raft.driver;

import io.balsa.raft.spi.LogStore;
import io.balsa.raft.spi.SnapshotStore;
import java.util.function.LongSupplier;

/**
 * What all groups of a host share.
 *
 * @param clock monotonic nanoseconds since the host began: never negative, so deadlines compare as plain numbers
 */
record HostParts(
    DriverConfig config,
    LongSupplier clock,
    Inbox inbox,
    Outlet outlet,
    LogWriter writer,
    Applier applier,
    Pools pools,
    LogStore logStore,
    SnapshotStore snapshotStore,
    FailStop failStop) {}
