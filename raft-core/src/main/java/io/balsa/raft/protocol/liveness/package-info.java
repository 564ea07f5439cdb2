/**
 * Who is alive, told once for all groups that two hosts share.
 *
 * <p>Depends on {@code model} and {@code message}. Confined to one thread; no clock of its own.
 */
@NullMarked
package io.balsa.raft.protocol.liveness;

import org.jspecify.annotations.NullMarked;
