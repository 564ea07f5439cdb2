package io.balsa.kv.gateway;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.util.JsonFormat;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * The requests in the body of an HTTP request: JSON objects one after the other, each taken apart when it is asked for, so
 * that a body of very many small ones never becomes very many messages at once. Used by one thread at a time.
 */
final class JsonBody {
  private static final JsonFormat.Parser PARSER = JsonFormat.parser().ignoringUnknownFields();

  private final byte[] body;
  private final Message prototype;
  private int next;

  JsonBody(byte[] body, Message prototype) {
    this.body = body;
    this.prototype = prototype;
    skipBlanks();
  }

  /** The next request; nothing at the end of the body. Throws if what stands there isn't one. */
  Optional<Message> take() throws InvalidProtocolBufferException {
    if (next >= body.length) {
      return Optional.empty();
    }
    int from = next;
    next = endOfObject();
    Message.Builder request = prototype.newBuilderForType();
    try (Reader json =
        new InputStreamReader(
            new ByteArrayInputStream(body, from, next - from), StandardCharsets.UTF_8)) {
      PARSER.merge(json, request);
    } catch (InvalidProtocolBufferException e) {
      throw e;
    } catch (IOException e) {
      throw new AssertionError("an array can be read", e);
    }
    skipBlanks();
    return Optional.of(request.build());
  }

  private void skipBlanks() {
    while (next < body.length && body[next] <= ' ' && body[next] >= 0) {
      next++;
    }
  }

  /** Where the object ends that begins here; the end of the body if it doesn't, for the parser to complain of. */
  private int endOfObject() {
    boolean inString = false;
    int depth = 0;
    for (int i = next; i < body.length; i++) {
      byte b = body[i];
      if (inString) {
        if (b == '\\') {
          i++;
        } else if (b == '"') {
          inString = false;
        }
      } else if (b == '"') {
        inString = true;
      } else if (b == '{' || b == '[') {
        depth++;
      } else if (b == '}' || b == ']') {
        depth--;
        if (depth <= 0) {
          return i + 1;
        }
      }
    }
    return body.length;
  }
}
