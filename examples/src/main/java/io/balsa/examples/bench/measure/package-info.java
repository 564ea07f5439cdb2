/** What a run costs: time, CPU, memory, bytes, flushes. */
@NullMarked
package io.balsa.examples.bench.measure;

import org.jspecify.annotations.NullMarked;
