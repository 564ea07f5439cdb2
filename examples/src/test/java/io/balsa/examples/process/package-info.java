/** Tests that run the server as its users do, as a process of its own, and what they share. */
@NullMarked
package io.balsa.examples.process;

import org.jspecify.annotations.NullMarked;
