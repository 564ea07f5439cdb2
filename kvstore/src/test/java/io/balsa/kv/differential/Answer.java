package io.balsa.kv.differential;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import io.balsa.kv.proto.ResponseHeader;
import io.grpc.Status;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What came of a request: a message, or a code and a text. What differs between any two clusters is made alike. Immutable.
 *
 * @param body an empty text of the response's type if it was refused
 */
record Answer(Status.Code code, String text, Message body) {

  static Answer of(Message response) {
    return new Answer(Status.Code.OK, "", anonymous(response));
  }

  static Answer of(Status status, Message nothing) {
    String text = status.getDescription();
    return new Answer(status.getCode(), text == null ? "" : text, nothing);
  }

  boolean isOk() {
    return code == Status.Code.OK;
  }

  Answer withBody(Message other) {
    return new Answer(code, text, other);
  }

  /** Ids of cluster and member, and the term, count only as being there or not. */
  static Message anonymous(Message message) {
    if (message instanceof ResponseHeader header) {
      return header.toBuilder()
          .setClusterId(Math.min(1, header.getClusterId() >>> 1))
          .setMemberId(Math.min(1, header.getMemberId() >>> 1))
          .setRaftTerm(Math.min(1, header.getRaftTerm()))
          .build();
    }
    Message.Builder copy = message.toBuilder();
    for (Map.Entry<FieldDescriptor, Object> field : message.getAllFields().entrySet()) {
      if (field.getValue() instanceof Message nested) {
        copy.setField(field.getKey(), anonymous(nested));
      } else if (field.getValue() instanceof List<?> values) {
        List<Object> copies = new ArrayList<>();
        for (Object value : values) {
          copies.add(value instanceof Message nested ? anonymous(nested) : value);
        }
        copy.setField(field.getKey(), copies);
      }
    }
    return copy.build();
  }

  @Override
  public String toString() {
    return isOk() ? "{" + Operation.text(body) + "}" : code + " \"" + text + "\"";
  }
}
