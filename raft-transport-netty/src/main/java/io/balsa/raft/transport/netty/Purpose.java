package io.balsa.raft.transport.netty;

import io.balsa.raft.transport.netty.wire.WireFormatException;

/** What a connection is for: a heartbeat must never wait behind a piece of a snapshot. */
enum Purpose {
  /** Everything small. Opened at once, and opened again whenever it is lost. */
  MESSAGES(1),
  /** Pieces of snapshots. Opened by the first of them. */
  BULK(2);

  private final int code;

  Purpose(int code) {
    this.code = code;
  }

  int code() {
    return code;
  }

  static Purpose ofCode(int code) throws WireFormatException {
    return switch (code) {
      case 1 -> MESSAGES;
      case 2 -> BULK;
      default -> throw new WireFormatException("no purpose has the code " + code);
    };
  }
}
