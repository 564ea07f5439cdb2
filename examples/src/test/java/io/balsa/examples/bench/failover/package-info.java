/** Tests of {@code bench failover}. */
@NullMarked
package io.balsa.examples.bench.failover;

import org.jspecify.annotations.NullMarked;
