package io.balsa.kv.state.store;

/**
 * The rows as they were at one moment, for as long as somebody holds the pin. Any thread may read.
 *
 * <p>It is born with one holder. Reading a pin that nobody holds throws {@link IllegalStateException}.
 */
public interface StorePin extends OrderedReader, AutoCloseable {

  /** One holder more, who must {@link #close} in turn; false if the last one has left already. */
  boolean tryRetain();

  /** One holder less; the last one frees the pin. */
  @Override
  void close();
}
