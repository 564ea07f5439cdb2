package io.balsa.raft.model;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a store holds is wrong: it isn't what was written there, or something is missing. Trying again is no use, unlike with a disk that
 * can't be read or written now: that is any other {@link StorageException}.
 */
public final class DamageException extends StorageException {
  private static final long serialVersionUID = 1L;

  public DamageException(String message) {
    super(message);
  }

  public DamageException(String message, Throwable cause) {
    super(message, cause);
  }

  /** The damage that a failure comes from: itself or one of its causes. */
  public static Optional<DamageException> in(@Nullable Throwable failure) {
    for (Throwable at = failure; at != null; at = at.getCause()) {
      if (at instanceof DamageException damage) {
        return Optional.of(damage);
      }
    }
    return Optional.empty();
  }
}
