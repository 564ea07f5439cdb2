/** Tests of what measures the store. */
@NullMarked
package io.balsa.examples.bench.kv;

import org.jspecify.annotations.NullMarked;
