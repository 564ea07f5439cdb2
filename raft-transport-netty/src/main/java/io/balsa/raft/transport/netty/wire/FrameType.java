package io.balsa.raft.transport.netty.wire;

/** What the body of a frame is. */
public enum FrameType {
  /** {@code Hello}: the first frame of a connection, from the host that opened it. */
  HELLO(1),
  /** {@code HelloAnswer}: accepted or refused. */
  HELLO_ANSWER(2),
  /** {@code WireBatch}: one or more messages. */
  MESSAGES(3),
  /** {@code Question}: the only frame of a stranger who wants to know something, and no more. */
  QUESTION(4),
  /** {@code QuestionAnswer}: what it hears. */
  QUESTION_ANSWER(5);

  private final int code;

  FrameType(int code) {
    this.code = code;
  }

  int code() {
    return code;
  }

  static FrameType ofCode(int code) throws WireFormatException {
    return switch (code) {
      case 1 -> HELLO;
      case 2 -> HELLO_ANSWER;
      case 3 -> MESSAGES;
      case 4 -> QUESTION;
      case 5 -> QUESTION_ANSWER;
      default -> throw new WireFormatException("no frame type has the code " + code);
    };
  }
}
