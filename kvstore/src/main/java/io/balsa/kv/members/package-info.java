/**
 * Who the members are, and how Raft's membership is made to follow: the replicated list says what is wanted, the leader has
 * Raft carry it out, and every member's transport learns whom it may talk to. See docs/decisions/0008.
 *
 * <p>Depends on {@code state}, {@code request}, {@code model} and Raft's facade. {@link io.balsa.kv.members.MembershipKeeper}
 * has a thread of its own; {@link io.balsa.kv.members.MembershipPlan} is stateless.
 */
@NullMarked
package io.balsa.kv.members;

import org.jspecify.annotations.NullMarked;
