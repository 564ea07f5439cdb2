/**
 * How much room the store may take on this member: what is refused before it is proposed when there is none, the alarm
 * NOSPACE that a member raises and lowers for itself, and the reclaiming of what was deleted.
 *
 * <p>Depends on the request router and the state. Questions come on any thread; measuring and reclaiming have a thread each.
 */
@NullMarked
package io.balsa.kv.quota;

import org.jspecify.annotations.NullMarked;
