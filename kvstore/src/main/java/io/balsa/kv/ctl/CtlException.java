package io.balsa.kv.ctl;

/** A command can't be done, for a reason that its user can mend. The message is one line and says it all. */
final class CtlException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  CtlException(String message) {
    super(message);
  }

  CtlException(String message, Throwable cause) {
    super(message, cause);
  }
}
