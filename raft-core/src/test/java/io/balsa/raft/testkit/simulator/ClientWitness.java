package io.balsa.raft.testkit.simulator;

import io.balsa.raft.model.Bytes;

/**
 * Hears what clients ask and what they are told, one after the other, each before it is judged. Whoever listens can have it judged
 * elsewhere too. Operations are known by their numbers; each has at most one end, and none after it was given up.
 */
public interface ClientWitness {
  /** Somebody wants a command committed. */
  void proposed(long number, Bytes command);

  /** It was, and that is what it resulted in. */
  void committed(long number, Object result);

  /** It never will be. */
  void rejected(long number);

  /** Somebody wants to read. */
  void asked(long number);

  /** And sees what {@link SimSubject#observe} gives. */
  void saw(long number, Object value);

  /** There was no answer: the command may have been committed, or will be, or not. */
  void unanswered(long number);
}
