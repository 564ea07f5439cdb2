/**
 * What the core remembers of the log: ids and cursors, never bytes.
 *
 * <p>Depends on {@code model} only. Confined to the thread that steps the core.
 */
@NullMarked
package io.balsa.raft.protocol.log;

import org.jspecify.annotations.NullMarked;
