/**
 * What a leader knows of each follower, and how much it may have on its way to it (paper §5.3).
 *
 * <p>Depends on {@code model} only. Confined to the thread that steps the core.
 */
@NullMarked
package io.balsa.raft.protocol.replication;

import org.jspecify.annotations.NullMarked;
