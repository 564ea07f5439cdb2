/**
 * File systems for tests of what is stored: one in memory that loses power as badly as POSIX allows, and one around another
 * that fails at a call of the test's choice.
 *
 * <p>Depends on {@code file.disk} only.
 */
@NullMarked
package io.balsa.raft.testkit.disk;

import org.jspecify.annotations.NullMarked;
