/** How long nobody can write when the leader goes: {@code bench failover}. */
@NullMarked
package io.balsa.examples.bench.failover;

import org.jspecify.annotations.NullMarked;
