package io.balsa.kv.state.store;

/** A walk over rows. Stands before the first row at the beginning. One thread. */
public interface StoreCursor extends AutoCloseable {

  /** Moves on; false when there is no further row. */
  boolean next();

  /** The key of the row it stands on. */
  byte[] key();

  /** The value of the row it stands on; fetched only when asked for. */
  byte[] value();

  /** The first bytes of that value, {@code bytesMax} at most: what follows isn't copied out of the store. */
  byte[] valueStart(int bytesMax);

  @Override
  void close();
}
