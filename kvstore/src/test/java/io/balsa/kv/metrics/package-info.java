/** Tests of {@code io.balsa.kv.metrics}. */
@NullMarked
package io.balsa.kv.metrics;

import org.jspecify.annotations.NullMarked;
