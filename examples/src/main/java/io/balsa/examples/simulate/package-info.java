/**
 * The command line of the simulator: many seeds, one seed again, the hunt for planted bugs. Depends on the test kit, and on
 * the other modules for what can be simulated: the transport's codec, the store. The calling thread waits for the workers,
 * which share nothing but counters.
 */
@NullMarked
package io.balsa.examples.simulate;

import org.jspecify.annotations.NullMarked;
