/** The benchmarks: {@code examples/bin/bench}, ours and the peers in one run. */
@NullMarked
package io.balsa.examples.bench;

import org.jspecify.annotations.NullMarked;
