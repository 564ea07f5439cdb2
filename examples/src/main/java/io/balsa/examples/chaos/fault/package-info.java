/**
 * What goes wrong in a run, when, and that it ends. Depends on {@code chaos.cluster},
 * {@code chaos.client} and {@code chaos.history}. The nemesis has
 * one thread.
 */
@NullMarked
package io.balsa.examples.chaos.fault;

import org.jspecify.annotations.NullMarked;
