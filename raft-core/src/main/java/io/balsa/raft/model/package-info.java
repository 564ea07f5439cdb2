/**
 * The values that every other package speaks in: identities, log entries, memberships, what is written to disk.
 *
 * <p>Depends on {@code java.base} only. Everything here is immutable and may be used from any thread.
 */
@NullMarked
package io.balsa.raft.model;

import org.jspecify.annotations.NullMarked;
