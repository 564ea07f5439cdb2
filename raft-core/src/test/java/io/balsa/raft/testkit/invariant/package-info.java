/**
 * What must hold of a cluster after every event, one class per property, and the models of logs that they look at.
 *
 * <table>
 * <caption>Properties and where they come from</caption>
 * <tr><th>Property</th><th>Source</th></tr>
 * <tr><td>{@link io.balsa.raft.testkit.invariant.ElectionSafety}</td><td>paper §5.2, Figure 3</td></tr>
 * <tr><td>{@link io.balsa.raft.testkit.invariant.AppendOnlyLeader}</td><td>paper §5.3, Figure 3</td></tr>
 * <tr><td>{@link io.balsa.raft.testkit.invariant.LogMatching}</td><td>paper §5.3, Figure 3</td></tr>
 * <tr><td>{@link io.balsa.raft.testkit.invariant.LeaderCompleteness}</td><td>paper §5.4, Figure 3</td></tr>
 * <tr><td>{@link io.balsa.raft.testkit.invariant.StateMachineSafety}</td><td>paper §5.4.3, Figure 3</td></tr>
 * <tr><td>{@link io.balsa.raft.testkit.invariant.CommittedOnQuorum}</td><td>paper §5.3, thesis §10.2.1 (durable, not only received)</td></tr>
 * <tr><td>{@link io.balsa.raft.testkit.invariant.CommittedStays}</td><td>paper §5.4; the promise itself</td></tr>
 * <tr><td>{@link io.balsa.raft.testkit.invariant.VoteOnce}</td><td>paper §5.2, Figure 2 (votedFor is persistent)</td></tr>
 * <tr><td>{@link io.balsa.raft.testkit.invariant.NothingSentBeforeDurable}</td><td>paper Figure 2 ("updated on stable storage before responding"), thesis §3.8</td></tr>
 * <tr><td>{@link io.balsa.raft.testkit.invariant.TermsGrow}</td><td>paper §5.1</td></tr>
 * <tr><td>{@link io.balsa.raft.testkit.invariant.CommitGrows}, {@link io.balsa.raft.testkit.invariant.AppliedGrows}</td><td>paper Figure 2 ("increases monotonically")</td></tr>
 * <tr><td>{@link io.balsa.raft.testkit.invariant.BoundsOrdered}</td><td>paper Figure 2, §7</td></tr>
 * <tr><td>{@link io.balsa.raft.testkit.invariant.AppliedIsDurable}</td><td>thesis §3.8 (a state machine is never ahead of its own log)</td></tr>
 * <tr><td>{@link io.balsa.raft.testkit.invariant.MatchIsDurable}</td><td>paper Figure 2 ({@code matchIndex}), thesis §10.2.1</td></tr>
 * <tr><td>{@link io.balsa.raft.testkit.invariant.MembershipSteps}</td><td>paper §6, thesis §4.3</td></tr>
 * <tr><td>{@link io.balsa.raft.testkit.invariant.SnapshotCoversBase}</td><td>paper §7</td></tr>
 * </table>
 *
 * <p>Depends on {@code protocol}, {@code message} and {@code model}. Everything runs on the one thread that drives the
 * cluster under test. A broken property is a {@link io.balsa.raft.testkit.invariant.PropertyViolation}.
 */
@NullMarked
package io.balsa.raft.testkit.invariant;

import org.jspecify.annotations.NullMarked;
