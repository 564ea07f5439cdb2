/**
 * The same requests to a real etcd and to this store: whoever asks must not be able to tell them apart.
 *
 * <p>{@link io.balsa.kv.differential.DifferentialTest} sends random operations over gRPC, {@link
 * io.balsa.kv.differential.GatewayDifferentialTest} the examples of etcd's documentation as JSON. Where we mean to differ,
 * {@link io.balsa.kv.differential.KnownDifference} says why.
 */
@NullMarked
package io.balsa.kv.differential;

import org.jspecify.annotations.NullMarked;
