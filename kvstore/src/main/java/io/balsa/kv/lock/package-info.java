/**
 * Locks and elections as services of the etcd v3 API: whoever wants a name gets in a queue of keys, each tied to a lease, and
 * the oldest key has it.
 *
 * <p>Nothing here is replicated by itself: the queue is plain keys, changed by plain transactions and watched as any client
 * could. Depends on {@code request}, {@code state}, {@code watch}, {@code etcd} and {@code proto}. Handlers run on gRPC's
 * event loops and never block: a call that waits is a watcher in the hub, and no thread.
 */
@NullMarked
package io.balsa.kv.lock;

import org.jspecify.annotations.NullMarked;
