package io.balsa.kv.state.store;

/**
 * What RocksDB may use.
 *
 * @param memtableBytes how much it gathers in memory before it writes a file
 * @param blockCacheBytes how much of its files it keeps in memory
 * @param growingTable the first byte of rows whose keys only ever grow: they cost less where they are by themselves. Must not
 *     change for a directory
 */
public record RocksSettings(long memtableBytes, long blockCacheBytes, byte growingTable) {}
