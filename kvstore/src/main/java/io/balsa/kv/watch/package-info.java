/**
 * Watch: who wants to hear of a change, and how they hear of all of it, in order and once.
 *
 * <p>{@link io.balsa.kv.watch.WatchHub} is the one place that finds the watchers of an event;
 * {@link io.balsa.kv.watch.WatchService} is the gRPC side. Depends on {@code state} for history, on
 * {@code model} and {@code proto}. One thread, the hub's, owns every watcher and is the only one
 * that writes to a client's stream.
 */
@NullMarked
package io.balsa.kv.watch;

import org.jspecify.annotations.NullMarked;
