/**
 * {@code examples/bin/crash-rounds}: members are killed under load, round after round, and what was acknowledged is looked
 * for on every one of them. Depends on {@code process} and {@code client}. One thread leads; writers have one each.
 */
@NullMarked
package io.balsa.examples.crash;

import org.jspecify.annotations.NullMarked;
