package io.balsa.kv.state.store;

/**
 * What RocksDB may use.
 *
 * @param memtableBytes how much it gathers in memory before it writes a file
 * @param blockCacheBytes how much of its files it keeps in memory
 */
public record RocksSettings(long memtableBytes, long blockCacheBytes) {}
