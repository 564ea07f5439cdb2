/**
 * The oracles: each holds what clients saw against one promise. They know nothing of the store's code. Stateless, and called
 * when the run is over.
 */
@NullMarked
package io.balsa.examples.chaos.judge;

import org.jspecify.annotations.NullMarked;
