/**
 * What {@code bench raft} runs in a JVM of its own for each library: three nodes and whoever proposes. Depends on nothing of
 * Balsa outside the classes that need it, so that a peer's class path needs nothing of ours.
 */
@NullMarked
package io.balsa.examples.bench.raft.trial;

import org.jspecify.annotations.NullMarked;
