/**
 * Scenarios: text files that are input and expected output at once. A scenario drives whole nodes, each the real core with a
 * small driver in memory, by verbs such as {@code propose}, {@code cut} and {@code crash}; what the nodes do is printed
 * below the verbs, and that print is the golden output.
 *
 * <p>Time, disks and the network move only by verbs, so that a file reads as a sequence diagram. All properties of {@link
 * io.balsa.raft.testkit.invariant} are checked after every step. Depends on {@code protocol}, {@code message}, {@code
 * model} and the invariants; one thread.
 */
@NullMarked
package io.balsa.raft.testkit.scenario;

import org.jspecify.annotations.NullMarked;
