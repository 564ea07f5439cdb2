package io.balsa.kv.server;

/** The server can't start, for a reason that its operator can mend. The message is one line and says it all. */
class StartupException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  StartupException(String message) {
    super(message);
  }

  StartupException(String message, Throwable cause) {
    super(message, cause);
  }
}
