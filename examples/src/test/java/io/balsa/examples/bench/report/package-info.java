/** Tests of tables, JSON lines and ratios. */
@NullMarked
package io.balsa.examples.bench.report;

import org.jspecify.annotations.NullMarked;
