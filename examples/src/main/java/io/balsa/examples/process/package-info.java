/**
 * Server processes on this machine: where the server is, how a member is started, signalled, asked whether it is well, and
 * left no trace of. Depends on the JDK only. Every type may be used by one thread at a time unless it says more.
 */
@NullMarked
package io.balsa.examples.process;

import org.jspecify.annotations.NullMarked;
