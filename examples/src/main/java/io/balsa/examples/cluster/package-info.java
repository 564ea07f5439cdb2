/**
 * {@code examples/bin/cluster}: clusters on this machine, in the background, for people and for scripts. Depends on {@code
 * process}, {@code client}, {@code demo} and picocli. One thread, one command, then exit.
 */
@NullMarked
package io.balsa.examples.cluster;

import org.jspecify.annotations.NullMarked;
