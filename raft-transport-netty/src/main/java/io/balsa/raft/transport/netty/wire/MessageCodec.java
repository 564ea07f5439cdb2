package io.balsa.raft.transport.netty.wire;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.UnsafeByteOperations;
import io.balsa.raft.message.GroupMessage;
import io.balsa.raft.message.Message;
import io.balsa.raft.transport.netty.wire.proto.WireBatch;
import io.balsa.raft.transport.netty.wire.proto.WireGroupMessage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Messages to protobuf and back. Stateless; any thread.
 *
 * <p>Payloads aren't copied on either way: what is encoded refers to the message's bytes until it is written, and what is
 * decoded refers to the array that was read into. So an entry that is kept keeps the frame that brought it; a frame's
 * entries are kept and dropped together for the most part.
 */
public final class MessageCodec {
  private MessageCodec() {}

  /** The protobuf form of a message. It shares the message's payloads. */
  public static WireGroupMessage encode(GroupMessage message) {
    WireGroupMessage.Builder wire = WireGroupMessage.newBuilder().setGroup(message.group().value());
    return message.message().accept(new MessageEncoder(wire)).build();
  }

  /**
   * Reads the body of a {@link FrameType#MESSAGES} frame.
   *
   * @param body shared by the messages; must never be written to again
   * @throws WireFormatException if any of it isn't what {@link #encode} makes of a valid message; all of it is refused then
   */
  public static List<GroupMessage> decode(byte[] body) throws WireFormatException {
    WireBatch batch = parse(body);
    if (batch.getMessagesCount() == 0) {
      throw new WireFormatException("a batch holds no message");
    }
    List<GroupMessage> messages = new ArrayList<>(batch.getMessagesCount());
    for (WireGroupMessage wire : batch.getMessagesList()) {
      Message message = MessageDecoder.decode(wire);
      messages.add(new GroupMessage(MessageDecoder.group(wire.getGroup()), message));
    }
    return messages;
  }

  private static WireBatch parse(byte[] body) throws WireFormatException {
    ByteString bytes = UnsafeByteOperations.unsafeWrap(body);
    CodedInputStream in = bytes.newCodedInput();
    in.enableAliasing(true);
    try {
      WireBatch batch = WireBatch.parser().parseFrom(in);
      in.checkLastTagWas(0);
      return batch;
    } catch (IOException e) {
      throw new WireFormatException("a batch isn't valid protobuf: " + e.getMessage(), e);
    }
  }
}
