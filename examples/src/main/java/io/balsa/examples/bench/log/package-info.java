/** The log stores beside the raw disk: {@code bench log}. */
@NullMarked
package io.balsa.examples.bench.log;

import org.jspecify.annotations.NullMarked;
