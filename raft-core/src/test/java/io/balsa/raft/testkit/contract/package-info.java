/**
 * What any implementation of an interface in {@code spi} must do, as abstract JUnit classes to
 * extend: ours, and users'.
 *
 * <p>Depends on {@code spi}, {@code message} and {@code model}. Each contract compares an
 * implementation with a model that is simple enough to be right by reading it.
 */
@NullMarked
package io.balsa.raft.testkit.contract;

import org.jspecify.annotations.NullMarked;
