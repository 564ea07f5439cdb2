/**
 * The members of a chaos run: real processes, each of which reaches the others through the proxies of its own links.
 * Depends on {@code process} and {@code chaos.link}.
 */
@NullMarked
package io.balsa.examples.chaos.cluster;

import org.jspecify.annotations.NullMarked;
