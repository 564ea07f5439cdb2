/**
 * What users import: {@link io.balsa.raft.RaftNode}, {@link io.balsa.raft.RaftHost}, their settings and outcomes.
 *
 * <p>Depends on {@code driver}, {@code spi}, {@code message} and {@code model}. Every type here is thread-safe.
 */
@NullMarked
package io.balsa.raft;

import org.jspecify.annotations.NullMarked;
