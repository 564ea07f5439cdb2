/**
 * The simulator: whole clusters in one thread, under faults, at many times the speed of the real world, and exactly the same
 * again for the same seed.
 *
 * <p>A second driver around the real core: {@link io.balsa.raft.testkit.simulator.SimNode} obeys each {@code Ready} with a
 * simulated disk (cache and platter apart), network, clock and applier. A run draws from its seed which kinds of faults are
 * on and how bad they are, checks all properties of {@link io.balsa.raft.testkit.invariant} after every event, judges what
 * clients saw, and ends with two liveness phases: a healed majority must make progress, a healed cluster must converge.
 *
 * <p>To put your own state machine into it, implement {@link io.balsa.raft.testkit.simulator.SimSubject} and call {@link
 * io.balsa.raft.testkit.simulator.FreshSeeds#pass} in a test, or {@link io.balsa.raft.testkit.simulator.Simulator#run} for one
 * seed. {@link io.balsa.raft.testkit.simulator.Shrink} looks for the smallest run that fails alike. {@link
 * io.balsa.raft.testkit.simulator.PlantedBug} shows that it can fail.
 */
@NullMarked
package io.balsa.raft.testkit.simulator;

import org.jspecify.annotations.NullMarked;
