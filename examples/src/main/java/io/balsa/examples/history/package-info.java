/** The command line of the linearizability checker: histories in files, one verdict for each. One thread. */
@NullMarked
package io.balsa.examples.history;

import org.jspecify.annotations.NullMarked;
