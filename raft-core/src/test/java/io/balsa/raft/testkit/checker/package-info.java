/**
 * The linearizability checker: is there an order of what clients did that explains what they saw?
 *
 * <pre>
 * recorder ─► {@link io.balsa.raft.testkit.checker.Event}s ─► {@link io.balsa.raft.testkit.checker.LinearizabilityChecker} ─► {@link io.balsa.raft.testkit.checker.Verdict}
 *                   │  ▲
 *                   ▼  │  {@link io.balsa.raft.testkit.checker.HistoryFile}: EDN, or JSON lines
 *                  files
 * </pre>
 *
 * <p>The search itself is written in Clojure, in {@code src/test/clojure/balsa/checker}, and compiled into the same jar. Whoever uses it
 * needs {@code org.clojure:clojure} on the class path, and {@code org.clojure:data.json} to read JSON lines.
 */
@NullMarked
package io.balsa.raft.testkit.checker;

import org.jspecify.annotations.NullMarked;
