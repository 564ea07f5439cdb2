/**
 * Leases from the outside: the clock that the leader keeps for them, and the gRPC service.
 *
 * <p>The replicated state knows which leases there are and which keys hang on them, but no time.
 * Time lives here, in the memory of the leader alone: {@link io.balsa.kv.lease.LeaseKeeper} counts
 * every lease down by a monotonic clock, and what it finds expired it proposes to the log, bound to
 * its term. Depends on {@code command}, {@code state}, {@code proto}, {@code request} and {@code
 * etcd}. Any thread may call; the keeper's lock guards all deadlines, and {@link
 * io.balsa.kv.lease.LeaseThread} does what takes longer.
 */
@NullMarked
package io.balsa.kv.lease;

import org.jspecify.annotations.NullMarked;
