package io.balsa.examples.process;

/** Something that the user of an example should know, in one sentence that needs no stack trace. */
public final class ExampleException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public ExampleException(String message) {
    super(message);
  }

  public ExampleException(String message, Throwable cause) {
    super(message, cause);
  }
}
