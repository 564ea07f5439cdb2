/** Tests of the counter example. */
@NullMarked
package io.balsa.examples.counter;

import org.jspecify.annotations.NullMarked;
