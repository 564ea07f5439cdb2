/**
 * A small client of the etcd v3 API on the generated stubs, with nothing hidden: one channel to one member, no retries.
 * Depends on gRPC and the stubs only. Calls block unless they say otherwise; every type is thread-safe.
 */
@NullMarked
package io.balsa.examples.client;

import org.jspecify.annotations.NullMarked;
