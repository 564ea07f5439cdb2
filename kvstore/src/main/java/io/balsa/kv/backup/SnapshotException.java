package io.balsa.kv.backup;

import java.io.IOException;
import java.nio.file.Path;

/** A file isn't a snapshot, or a damaged one. The message names the file, and where in it. */
public final class SnapshotException extends IOException {
  private static final long serialVersionUID = 1L;

  SnapshotException(Path file, String problem) {
    super("the snapshot " + file + " " + problem);
  }
}
