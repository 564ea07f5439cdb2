/**
 * {@code examples/bin/counter}: a counter on three nodes, in one process or in three. Depends on the library, and on {@code
 * process} for ports and directories. One thread; the nodes bring their own.
 */
@NullMarked
package io.balsa.examples.counter;

import org.jspecify.annotations.NullMarked;
