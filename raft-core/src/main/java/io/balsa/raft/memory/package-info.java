/**
 * Implementations in memory, for tests, simulators and examples: they keep the same promises as those on disk and over the
 * network, as long as the process lives.
 *
 * <p>Depends on {@code spi}, {@code message} and {@code model}. Stores run on their callers' threads; a transport has one
 * thread, which delivers.
 */
@NullMarked
package io.balsa.raft.memory;

import org.jspecify.annotations.NullMarked;
