/** The failpoints of the store. Depends on Raft's. Any thread. */
@NullMarked
package io.balsa.kv.failpoint;

import org.jspecify.annotations.NullMarked;
