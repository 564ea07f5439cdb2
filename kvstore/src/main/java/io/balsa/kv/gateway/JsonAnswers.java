package io.balsa.kv.gateway;

import com.google.protobuf.Message;
import com.google.protobuf.StringValue;
import com.google.protobuf.util.JsonFormat;
import io.grpc.Status;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufOutputStream;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;

/**
 * How answers and failures look in JSON: protobuf's mapping with etcd's field names, what isn't set left out. Stateless; any
 * thread. Who gets a buffer releases it.
 */
final class JsonAnswers {
  private static final JsonFormat.Printer PRINTER =
      JsonFormat.printer().preservingProtoFieldNames().omittingInsignificantWhitespace();

  private JsonAnswers() {}

  /** The answer of a call that gives one. */
  static ByteBuf one(Message answer, ByteBufAllocator alloc) {
    return print(alloc, out -> PRINTER.appendTo(answer, out));
  }

  /** One of many answers: an object on a line of its own. */
  static ByteBuf ofStream(Message answer, ByteBufAllocator alloc) {
    return print(
        alloc,
        out -> {
          out.append("{\"result\":");
          PRINTER.appendTo(answer, out);
          out.append("}\n");
        });
  }

  /** Why a call that gives one answer gave none: the text twice, as older and newer clients look for it. */
  static ByteBuf failure(Status status, ByteBufAllocator alloc) {
    return print(
        alloc,
        out -> {
          out.append("{\"error\":");
          PRINTER.appendTo(textOf(status), out);
          out.append(',');
          printDetails(status, out);
          out.append('}');
        });
  }

  /** Why a stream ends here: its last line. */
  static ByteBuf failureOfStream(Status status, ByteBufAllocator alloc) {
    return print(
        alloc,
        out -> {
          out.append("{\"error\":{");
          printDetails(status, out);
          out.append("}}\n");
        });
  }

  private static void printDetails(Status status, Writer out) throws IOException {
    out.append("\"code\":").append(Integer.toString(status.getCode().value()));
    out.append(",\"message\":");
    PRINTER.appendTo(textOf(status), out);
    out.append(",\"details\":[]");
  }

  /** A message of protobuf that is a string of JSON. */
  private static StringValue textOf(Status status) {
    String description = status.getDescription();
    return StringValue.of(description == null ? status.getCode().name() : description);
  }

  /** The status of HTTP that says most nearly the same. */
  static HttpResponseStatus httpStatus(Status status) {
    return switch (status.getCode()) {
      case OK -> HttpResponseStatus.OK;
      case CANCELLED -> HttpResponseStatus.valueOf(499, "Client Closed Request");
      case INVALID_ARGUMENT, FAILED_PRECONDITION, OUT_OF_RANGE -> HttpResponseStatus.BAD_REQUEST;
      case DEADLINE_EXCEEDED -> HttpResponseStatus.GATEWAY_TIMEOUT;
      case NOT_FOUND -> HttpResponseStatus.NOT_FOUND;
      case ALREADY_EXISTS, ABORTED -> HttpResponseStatus.CONFLICT;
      case PERMISSION_DENIED -> HttpResponseStatus.FORBIDDEN;
      case UNAUTHENTICATED -> HttpResponseStatus.UNAUTHORIZED;
      case RESOURCE_EXHAUSTED -> HttpResponseStatus.TOO_MANY_REQUESTS;
      case UNIMPLEMENTED -> HttpResponseStatus.NOT_IMPLEMENTED;
      case UNAVAILABLE -> HttpResponseStatus.SERVICE_UNAVAILABLE;
      case UNKNOWN, INTERNAL, DATA_LOSS -> HttpResponseStatus.INTERNAL_SERVER_ERROR;
    };
  }

  @FunctionalInterface
  private interface Print {
    void to(Writer out) throws IOException;
  }

  /** Straight into the buffer: an answer may be large, and its JSON is a third larger. */
  private static ByteBuf print(ByteBufAllocator alloc, Print print) {
    ByteBuf buffer = alloc.buffer();
    boolean printed = false;
    try (Writer out =
        new OutputStreamWriter(new ByteBufOutputStream(buffer), StandardCharsets.UTF_8)) {
      print.to(out);
      out.flush();
      printed = true;
      return buffer;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      if (!printed) {
        buffer.release();
      }
    }
  }
}
