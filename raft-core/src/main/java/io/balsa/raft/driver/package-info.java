/**
 * Carries out what the core decides: threads, queues, timers and I/O live here and nowhere else.
 *
 * <p>Depends on {@code protocol}, {@code spi}, {@code message}, {@code model} and {@code failpoint}; the facade in {@code io.balsa.raft} is
 * built on it. Per host: one event loop ({@link io.balsa.raft.driver.HostLoop}), one writer of the log ({@link
 * io.balsa.raft.driver.LogWriter}), one apply thread ({@link io.balsa.raft.driver.Applier}), and a few threads that come
 * and go for slow log reads and snapshots ({@link io.balsa.raft.driver.Pools}). Each class says which of them runs it.
 */
@NullMarked
package io.balsa.raft.driver;

import org.jspecify.annotations.NullMarked;
