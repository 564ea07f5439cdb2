package io.balsa.raft.transport.netty;

/**
 * Why one host doesn't talk with another. Equal refusals are logged once.
 *
 * @param text for an operator; printable
 */
record Refusal(Reason reason, String text) {

  enum Reason {
    UNSUPPORTED_VERSION(1),
    WRONG_CLUSTER(2),
    WRONG_RECEIVER(3),
    UNKNOWN_SENDER(4),
    /** The sender belonged to the cluster, and never will again. */
    REMOVED(5),
    /** A reason that a later version has and this one doesn't. */
    OTHER(255);

    private final int code;

    Reason(int code) {
      this.code = code;
    }

    int code() {
      return code;
    }

    static Reason ofCode(int code) {
      return switch (code) {
        case 1 -> UNSUPPORTED_VERSION;
        case 2 -> WRONG_CLUSTER;
        case 3 -> WRONG_RECEIVER;
        case 4 -> UNKNOWN_SENDER;
        case 5 -> REMOVED;
        default -> OTHER;
      };
    }
  }

  @Override
  public String toString() {
    return reason + ": " + text;
  }
}
