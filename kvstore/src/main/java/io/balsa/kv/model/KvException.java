package io.balsa.kv.model;

import java.util.Objects;

/**
 * A request that was refused or failed, for one of the reasons that clients know. Carries no stack trace: it is an answer,
 * not an accident.
 */
public final class KvException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final KvError error;

  public KvException(KvError error) {
    super(error.text(), null, false, false);
    this.error = Objects.requireNonNull(error, "error");
  }

  public KvError error() {
    return error;
  }
}
