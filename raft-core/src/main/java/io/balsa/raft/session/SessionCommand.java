package io.balsa.raft.session;

import io.balsa.raft.model.Bytes;
import io.balsa.raft.model.InvalidConfigException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutput;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.Optional;

/** What stands in the log of a {@link SessionStateMachine}: the user's command in an envelope, or a session's own affair. */
sealed interface SessionCommand {
  /*
   *   +-----------+---------+------+----------------------------------------------------------+
   *   | magic  4  | version | kind |                                                          |
   *   +-----------+---------+------+----------------------------------------------------------+
   *                      open   1  | ttl 8 | sessionsMax 4 | commandsMax 4 | resultBytesMax 4 |
   *                   command   2  | session 8 | acknowledged 8 | stamp 8 | number 8 | command |
   *                keep alive   3  | session 8 | acknowledged 8 | stamp 8 |
   *                     close   4  | session 8 | acknowledged 8 | stamp 8 |
   *           without session   5  | command |
   *
   * Most significant byte first. Bytes without the magic are somebody's bare command: every version of the program sees
   * that, and all replicas answer that nothing was done. A version or kind that isn't known comes from a newer program;
   * doing nothing then would let this replica's state differ from the newer ones', so it stops instead.
   */
  int MAGIC = 0xBA15A5E5;
  byte FORMAT_VERSION = 1;

  byte OPEN = 1;
  byte COMMAND = 2;
  byte KEEP_ALIVE = 3;
  byte CLOSE = 4;
  byte WITHOUT_SESSION = 5;

  /** Begins a session, which is called by the index of this entry. Proposed twice it begins two; one of them expires. */
  record Open(SessionLimits limits) implements SessionCommand {}

  /**
   * The user's command.
   *
   * @param number counts the session's commands from 1
   */
  record Numbered(Header header, long number, Bytes command) implements SessionCommand {}

  record KeepAlive(Header header) implements SessionCommand {}

  record Close(Header header) implements SessionCommand {}

  /** A command that takes effect as often as it is committed. */
  record WithoutSession(Bytes command) implements SessionCommand {}

  /**
   * What a session says each time.
   *
   * @param acknowledged all of the client's commands with numbers up to this one need no answer any more
   * @param stamp log time as the client reckons it; see {@link LogTime}
   */
  record Header(long session, long acknowledged, long stamp) {}

  default Bytes encode() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try {
      DataOutputStream out = new DataOutputStream(bytes);
      out.writeInt(MAGIC);
      out.writeByte(FORMAT_VERSION);
      write(this, out);
    } catch (IOException e) {
      throw new AssertionError("writing to memory can't fail", e);
    }
    return Bytes.wrap(bytes.toByteArray());
  }

  private static void write(SessionCommand command, DataOutputStream out) throws IOException {
    if (command instanceof Open open) {
      out.writeByte(OPEN);
      open.limits().writeTo(out);
    } else if (command instanceof Numbered numbered) {
      write(COMMAND, numbered.header(), out);
      out.writeLong(numbered.number());
      numbered.command().writeTo((DataOutput) out);
    } else if (command instanceof KeepAlive keepAlive) {
      write(KEEP_ALIVE, keepAlive.header(), out);
    } else if (command instanceof Close close) {
      write(CLOSE, close.header(), out);
    } else if (command instanceof WithoutSession without) {
      out.writeByte(WITHOUT_SESSION);
      without.command().writeTo((DataOutput) out);
    }
  }

  private static void write(byte kind, Header header, DataOutputStream out) throws IOException {
    out.writeByte(kind);
    out.writeLong(header.session());
    out.writeLong(header.acknowledged());
    out.writeLong(header.stamp());
  }

  /**
   * Empty for bytes that no session wrote.
   *
   * @throws IllegalStateException for bytes that a newer version of the program wrote
   */
  static Optional<SessionCommand> decode(Bytes bytes) {
    try {
      DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes.toByteArray()));
      if (in.readInt() != MAGIC) {
        return Optional.empty();
      }
      byte version = in.readByte();
      byte kind = in.readByte();
      if (version != FORMAT_VERSION || kind < OPEN || kind > WITHOUT_SESSION) {
        throw new IllegalStateException(
            "a session's command has version "
                + version
                + " and kind "
                + kind
                + ": this program is too old to apply it");
      }
      return Optional.of(read(kind, in));
    } catch (IOException | InvalidConfigException e) {
      return Optional.empty();
    }
  }

  private static SessionCommand read(byte kind, DataInputStream in) throws IOException {
    return switch (kind) {
      case OPEN -> new Open(SessionLimits.readFrom(in));
      case COMMAND -> new Numbered(readHeader(in), in.readLong(), rest(in));
      case KEEP_ALIVE -> new KeepAlive(readHeader(in));
      case CLOSE -> new Close(readHeader(in));
      default -> new WithoutSession(rest(in));
    };
  }

  private static Header readHeader(DataInputStream in) throws IOException {
    return new Header(in.readLong(), in.readLong(), in.readLong());
  }

  private static Bytes rest(DataInputStream in) throws IOException {
    return Bytes.wrap(in.readAllBytes());
  }
}
