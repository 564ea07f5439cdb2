/** How results look: a table that grows for people, a JSON line for programs. */
@NullMarked
package io.balsa.examples.bench.report;

import org.jspecify.annotations.NullMarked;
