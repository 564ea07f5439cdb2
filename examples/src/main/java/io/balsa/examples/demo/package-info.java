/**
 * The guided tour: a cluster of real processes that is written to, watched, killed in part, and found whole again. Depends
 * on {@code process} and {@code client}. Runs on the thread that starts it.
 */
@NullMarked
package io.balsa.examples.demo;

import org.jspecify.annotations.NullMarked;
