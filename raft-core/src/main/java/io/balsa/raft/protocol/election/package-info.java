/**
 * When to start an election, whom to vote for, and who has won (paper §5.2, §5.4.1).
 *
 * <p>Depends on {@code model} and {@code quorum}. Confined to the thread that steps the core.
 */
@NullMarked
package io.balsa.raft.protocol.election;

import org.jspecify.annotations.NullMarked;
