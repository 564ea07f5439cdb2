/**
 * The log store on RocksDB: one database holds the logs of all groups of a host, so that one fsync
 * serves them all.
 *
 * <p>Depends on {@code spi}, {@code model}, {@code layout} and RocksDB. The host's log writer
 * writes, any thread reads; no thread of ours is started here, RocksDB has its own.
 */
@NullMarked
package io.balsa.raft.storage.rocksdb;

import org.jspecify.annotations.NullMarked;
