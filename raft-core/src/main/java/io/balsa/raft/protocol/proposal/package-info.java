/**
 * Proposals between their append, or their way to the leader, and their decision.
 *
 * <p>Depends on {@code model} only. Confined to the thread that steps the core.
 */
@NullMarked
package io.balsa.raft.protocol.proposal;

import org.jspecify.annotations.NullMarked;
