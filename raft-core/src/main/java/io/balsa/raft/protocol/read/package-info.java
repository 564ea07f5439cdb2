/**
 * Reads without a log entry: the leader confirms that it leads, then any state at least as new may answer (thesis §6.4).
 *
 * <p>Depends on {@code model} and {@code quorum}. Confined to the thread that steps the core.
 */
@NullMarked
package io.balsa.raft.protocol.read;

import org.jspecify.annotations.NullMarked;
