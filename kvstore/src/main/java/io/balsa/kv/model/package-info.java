/**
 * The values of the store: key ranges, errors.
 *
 * <p>Depends on {@code raft.model} only: no gRPC, no Netty, no RocksDB. Immutable; any thread.
 */
@NullMarked
package io.balsa.kv.model;

import org.jspecify.annotations.NullMarked;
