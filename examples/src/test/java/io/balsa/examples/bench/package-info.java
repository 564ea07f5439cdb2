/** Tests of the benchmarks: that they run and tell what they should, never how fast anything is. */
@NullMarked
package io.balsa.examples.bench;

import org.jspecify.annotations.NullMarked;
