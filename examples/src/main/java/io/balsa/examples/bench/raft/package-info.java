/** Raft libraries beside each other, three nodes each: {@code bench raft}. */
@NullMarked
package io.balsa.examples.bench.raft;

import org.jspecify.annotations.NullMarked;
