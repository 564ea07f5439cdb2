/**
 * The etcd v3 API: gRPC services, their validation, and the table of errors.
 *
 * <p>Depends on {@code kv.request}, {@code kv.members}, {@code kv.state} and gRPC. Handlers run on gRPC's event loops and never block: writes and
 * linearizable reads go through futures, long reads to the {@link io.balsa.kv.etcd.ReadPool}.
 */
@NullMarked
package io.balsa.kv.etcd;

import org.jspecify.annotations.NullMarked;
