/** Tests of the crash rounds: that they pass, and that they would notice a loss. */
@NullMarked
package io.balsa.examples.crash;

import org.jspecify.annotations.NullMarked;
