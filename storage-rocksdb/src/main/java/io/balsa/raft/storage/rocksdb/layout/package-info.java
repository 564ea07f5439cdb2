/**
 * What the rows of the log's database look like: keys, values, checksums. Pure functions.
 *
 * <p>Depends on {@code model} only.
 */
@NullMarked
package io.balsa.raft.storage.rocksdb.layout;

import org.jspecify.annotations.NullMarked;
