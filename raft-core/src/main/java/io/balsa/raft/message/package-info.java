/**
 * What travels between nodes: one record per request and response, fields named as in Figure 2 of the paper.
 *
 * <p>Depends on {@code model} only. Immutable; any thread.
 */
@NullMarked
package io.balsa.raft.message;

import org.jspecify.annotations.NullMarked;
