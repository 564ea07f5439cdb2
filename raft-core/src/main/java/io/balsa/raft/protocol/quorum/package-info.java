/**
 * Majorities, plain and joint: pure maths over members and numbers, without a word of Raft.
 *
 * <p>Depends on {@code model} only. Immutable.
 */
@NullMarked
package io.balsa.raft.protocol.quorum;

import org.jspecify.annotations.NullMarked;
