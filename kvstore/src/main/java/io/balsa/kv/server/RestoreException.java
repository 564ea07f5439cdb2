package io.balsa.kv.server;

/** A snapshot wasn't restored; nothing is left of the try. The message is one line and says what to do. */
public final class RestoreException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  RestoreException(String message) {
    super(message);
  }

  RestoreException(String message, Throwable cause) {
    super(message, cause);
  }
}
