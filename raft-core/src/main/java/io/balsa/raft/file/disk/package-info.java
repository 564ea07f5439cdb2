/**
 * What the stores ask of a file system, as an interface of a dozen calls: so that tests can lose power between any two of
 * them, and have any of them fail.
 *
 * <p>Depends on {@code model}. Calls block; a thread that makes them may not be interrupted, for that closes the file.
 */
@NullMarked
package io.balsa.raft.file.disk;

import org.jspecify.annotations.NullMarked;
