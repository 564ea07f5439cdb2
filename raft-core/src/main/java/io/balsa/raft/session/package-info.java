/**
 * Client sessions: a command that is proposed again, because nobody knows what became of it, takes effect once (thesis §6.3).
 *
 * <p>{@link io.balsa.raft.session.SessionStateMachine} wraps the user's state machine and remembers what each session had
 * answered; {@link io.balsa.raft.session.RaftSession} is the client, which numbers its commands and proposes them until it
 * knows. Depends on the facade, {@code spi} and {@code model}; nothing in the library depends on it. It starts no thread.
 */
@NullMarked
package io.balsa.raft.session;

import org.jspecify.annotations.NullMarked;
