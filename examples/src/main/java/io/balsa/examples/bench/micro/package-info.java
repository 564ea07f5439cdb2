/** JMH micro-benchmarks of the hot paths: {@code bench micro}. */
@NullMarked
package io.balsa.examples.bench.micro;

import org.jspecify.annotations.NullMarked;
