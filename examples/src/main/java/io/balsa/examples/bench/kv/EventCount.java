package io.balsa.examples.bench.kv;

import com.google.protobuf.CodedInputStream;
import io.balsa.kv.proto.WatchResponse;
import io.grpc.MethodDescriptor;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/** Reads no more of a watch's message than what it is about. */
enum EventCount implements MethodDescriptor.Marshaller<Integer> {
  MARSHALLER;

  /** Instead of a number of events: a watcher was created, or ended. */
  static final int CREATED = -1;

  static final int CANCELED = -2;

  private static final int TAG_BITS = 3;

  @Override
  public InputStream stream(Integer value) {
    throw new UnsupportedOperationException("only answers are counted");
  }

  @Override
  public Integer parse(InputStream stream) {
    try {
      CodedInputStream message = CodedInputStream.newInstance(stream);
      int events = 0;
      for (int tag = message.readTag(); tag != 0; tag = message.readTag()) {
        switch (tag >>> TAG_BITS) {
          case WatchResponse.CREATED_FIELD_NUMBER -> {
            return CREATED;
          }
          case WatchResponse.CANCELED_FIELD_NUMBER -> {
            return CANCELED;
          }
          case WatchResponse.EVENTS_FIELD_NUMBER -> {
            events++;
            message.skipRawBytes(message.readRawVarint32());
          }
          default -> {
            boolean more = message.skipField(tag);
            if (!more) {
              return events;
            }
          }
        }
      }
      return events;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
