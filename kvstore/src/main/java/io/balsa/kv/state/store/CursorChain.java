package io.balsa.kv.state.store;

import java.util.List;

/** Cursors one after the other, as one. One thread. */
final class CursorChain implements StoreCursor {
  private final List<StoreCursor> cursors;
  private int current;

  /**
   * @param cursors at least one, in the order of the walk; closed with this
   */
  CursorChain(List<StoreCursor> cursors) {
    this.cursors = List.copyOf(cursors);
  }

  @Override
  public boolean next() {
    while (!cursors.get(current).next()) {
      if (current == cursors.size() - 1) {
        return false;
      }
      current++;
    }
    return true;
  }

  @Override
  public byte[] key() {
    return cursors.get(current).key();
  }

  @Override
  public byte[] value() {
    return cursors.get(current).value();
  }

  @Override
  public byte[] valueStart(int bytesMax) {
    return cursors.get(current).valueStart(bytesMax);
  }

  @Override
  public void close() {
    cursors.forEach(StoreCursor::close);
  }
}
