/**
 * The zoo: bugs that the simulator must find, of its own driver ({@code PlantedBug}) and of the protocol core, whose sources
 * are patched, compiled in memory and loaded beside the real ones. May depend on the simulator, and nothing on it. Whoever
 * calls runs it; bugs share nothing, so any number of threads may hunt.
 */
@NullMarked
package io.balsa.raft.testkit.zoo;

import org.jspecify.annotations.NullMarked;
