/**
 * An ordered store of rows, behind a small interface: on the heap for simulation and tests, RocksDB for real.
 *
 * <p>Knows nothing of revisions, leases or commands. Depends on {@code raft.model} and {@code raft.spi} only. One thread
 * applies and captures, another removes history; any thread reads through pins. Every native object is reached through
 * a {@link io.balsa.kv.state.store.RefCount}: what is freed while a reader is inside would end the process, not throw.
 */
@NullMarked
package io.balsa.kv.state.store;

import org.jspecify.annotations.NullMarked;
