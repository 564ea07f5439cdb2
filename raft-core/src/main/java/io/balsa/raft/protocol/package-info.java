/**
 * The Raft protocol as a deterministic state machine: inputs in, {@link io.balsa.raft.protocol.Ready} out.
 *
 * <p>Depends on {@code message} and {@code model}. No thread, lock, clock, I/O, log line or unseeded chance: the same
 * inputs and the same seed give the same outputs on every JVM. One thread at a time. Implements the paper's Figure 2 and
 * §5 to §8, and the thesis' pre-vote (§9.6), check-quorum (§6.2), leadership transfer (§3.10) and ReadIndex (§6.4).
 */
@NullMarked
package io.balsa.raft.protocol;

import org.jspecify.annotations.NullMarked;
