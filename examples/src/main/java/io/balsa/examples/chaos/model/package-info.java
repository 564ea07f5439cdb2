/**
 * What clients ask of the store and what it answers, in few words; and the store as it should be, to replay it on. Depends on
 * the JDK only, and on nothing of the store that is judged. Values are immutable; a replay belongs to one thread.
 */
@NullMarked
package io.balsa.examples.chaos.model;

import org.jspecify.annotations.NullMarked;
