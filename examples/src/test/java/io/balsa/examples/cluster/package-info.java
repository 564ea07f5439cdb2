/** Tests of {@code examples/bin/cluster}, run as its users run it. */
@NullMarked
package io.balsa.examples.cluster;

import org.jspecify.annotations.NullMarked;
