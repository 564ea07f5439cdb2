/** How long a member takes to come back, and how large it is then: {@code bench recovery}. */
@NullMarked
package io.balsa.examples.bench.recovery;

import org.jspecify.annotations.NullMarked;
