/**
 * Stores in plain files, pure Java: nothing to install beside the JDK.
 *
 * <p>Depends on {@code file.disk}, {@code failpoint}, {@code spi} and {@code model}. Runs on its callers' threads, which block on the
 * disk and must never be interrupted: an interrupt closes the channel under a directory's fsync,
 * and the store reports a failed disk.
 */
@NullMarked
package io.balsa.raft.file;

import org.jspecify.annotations.NullMarked;
