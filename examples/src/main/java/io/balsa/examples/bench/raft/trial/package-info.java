/**
 * What {@code bench raft} runs in a JVM of its own for each library: three nodes and whoever proposes. Depends on nothing of
 * Balsa but in the class for Balsa, so that a peer's class path needs none of it.
 */
@NullMarked
package io.balsa.examples.bench.raft.trial;

import org.jspecify.annotations.NullMarked;
