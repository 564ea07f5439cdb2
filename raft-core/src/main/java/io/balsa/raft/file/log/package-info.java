/**
 * The log in plain files: segments that are written in one stream for all groups of a host.
 *
 * <p>Depends on {@code file.disk}, {@code failpoint}, {@code spi} and {@code model}. One thread writes, any thread reads, as {@code LogStore} says; a thread of its
 * own makes the next segment ready. None of them may be interrupted: an interrupt closes the channel that its thread uses.
 */
@NullMarked
package io.balsa.raft.file.log;

import org.jspecify.annotations.NullMarked;
