package io.balsa.kv.command;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnsafeByteOperations;
import io.balsa.raft.model.Bytes;
import java.io.IOException;

/** Turns commands into the bytes of a log entry and back. Stateless; any thread. */
public final class CommandCodec {
  /** The format that this version writes, and the only one that it reads. */
  public static final int FORMAT = 1;

  /*
   * A request that gRPC read is nested 100 levels deep at most, protobuf's default, and a command
   * wraps it once more. What is proposed must never be unreadable in the log, where every member
   * meets it again at each start: so the log allows far more than the door.
   */
  private static final int NESTING_MAX = 200;

  private CommandCodec() {}

  /** Encodes a command; the format is set here, whatever the builder holds. */
  public static Bytes encode(KvCommand.Builder command) {
    KvCommand built = command.setFormat(FORMAT).build();
    if (built.getBodyCase() == KvCommand.BodyCase.BODY_NOT_SET) {
      throw new IllegalArgumentException("a command needs a body");
    }
    return Bytes.wrap(built.toByteArray());
  }

  /**
   * Decodes a command. Keys and values share the one array that the entry is copied into.
   *
   * @throws UnknownCommandException for bytes that this version can't be sure to understand; the node must stop
   */
  public static KvCommand decode(Bytes encoded) {
    KvCommand command = parse(encoded);
    if (command.getFormat() != FORMAT) {
      throw new UnknownCommandException(
          "command of format " + command.getFormat() + ", this version knows " + FORMAT + " only");
    }
    if (command.getBodyCase() == KvCommand.BodyCase.BODY_NOT_SET) {
      throw new UnknownCommandException("command without a body that this version knows");
    }
    return command;
  }

  private static KvCommand parse(Bytes encoded) {
    CodedInputStream in = UnsafeByteOperations.unsafeWrap(encoded.toByteArray()).newCodedInput();
    in.enableAliasing(true);
    in.setRecursionLimit(NESTING_MAX);
    try {
      KvCommand command = KvCommand.parseFrom(in);
      in.checkLastTagWas(0);
      return command;
    } catch (InvalidProtocolBufferException e) {
      throw new UnknownCommandException("command that isn't a protobuf message: " + encoded, e);
    } catch (IOException e) {
      throw new AssertionError("reading from memory can't fail", e);
    }
  }
}
