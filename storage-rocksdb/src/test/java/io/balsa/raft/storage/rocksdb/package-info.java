/** Tests of the package of the same name. */
@NullMarked
package io.balsa.raft.storage.rocksdb;

import org.jspecify.annotations.NullMarked;
