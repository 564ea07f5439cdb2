package io.balsa.raft.file.log;

import io.balsa.raft.model.StorageException;
import java.util.ArrayDeque;
import java.util.Deque;

/** What was opened one after another, and is closed the other way round: all of it, whatever fails. One thread. */
final class Opening implements AutoCloseable {
  private final Deque<AutoCloseable> opened = new ArrayDeque<>();

  <T extends AutoCloseable> T with(T part) {
    opened.push(part);
    return part;
  }

  /** It was all opened, and is somebody else's now. */
  void done() {
    opened.clear();
  }

  /**
   * @throws StorageException the first that came, with the later ones attached
   */
  @Override
  public void close() {
    StorageException failure = null;
    while (!opened.isEmpty()) {
      try {
        opened.pop().close();
      } catch (Exception e) {
        if (failure == null) {
          failure =
              e instanceof StorageException known
                  ? known
                  : new StorageException("can't close: " + e, e);
        } else {
          failure.addSuppressed(e);
        }
      }
    }
    if (failure != null) {
      throw failure;
    }
  }
}
