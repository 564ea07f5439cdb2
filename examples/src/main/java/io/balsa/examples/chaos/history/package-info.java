/**
 * What clients asked, when, and what became of it; and how that is written down. Depends on the checker of
 * raft-core's tests jar, whose form of a history it is. Recording is
 * thread-safe; what was recorded is read once recording is over.
 */
@NullMarked
package io.balsa.examples.chaos.history;

import org.jspecify.annotations.NullMarked;
