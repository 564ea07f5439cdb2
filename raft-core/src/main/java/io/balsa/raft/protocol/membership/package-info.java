/**
 * Which membership is in force: the newest in the log, committed or not (paper §6).
 *
 * <p>Depends on {@code model} only. Confined to the thread that steps the core.
 */
@NullMarked
package io.balsa.raft.protocol.membership;

import org.jspecify.annotations.NullMarked;
