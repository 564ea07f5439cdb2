package io.balsa.kv.gateway;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import io.balsa.kv.http.HttpAnswer;
import io.balsa.kv.http.HttpExchange;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.Status;
import io.netty.buffer.ByteBuf;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One HTTP request as one call of gRPC.
 *
 * <p>{@link #start} and the call's events run on the gateway's threads, the events one after the other. Requests are read
 * from the body only as fast as the service takes them, and the next answer is asked for only when the socket has taken the
 * last: a slow client slows the service down and costs no memory here.
 */
final class GatewayCall extends ClientCall.Listener<Message> {
  private final HttpExchange exchange;
  private final GatewayMethod method;
  private final int messageBytesMax;
  private final JsonBody body;
  private final ClientCall<Message, Message> call;

  /** The request that is to be sent next. */
  private Optional<Message> upcoming = Optional.empty();

  private boolean allSent;

  /** The answer of a call that gives one. */
  private @Nullable Message answer;

  private boolean begun;

  /** What is wrong with the body, found when the call was under way. */
  private @Nullable Status badBody;

  GatewayCall(HttpExchange exchange, GatewayMethod method, Channel channel, int messageBytesMax) {
    this.exchange = exchange;
    this.method = method;
    this.messageBytesMax = messageBytesMax;
    this.body = new JsonBody(exchange.body(), method.prototype());
    this.call = channel.newCall(method.descriptor(), CallOptions.DEFAULT);
  }

  /** Makes the call, or answers at once that it can't be made. */
  void start(Metadata metadata) {
    Status first = takeNext();
    if (!first.isOk()) {
      fail(first);
      return;
    }
    call.start(this, metadata);
    var unused = exchange.clientGone().thenRun(() -> call.cancel("the client is gone", null));
    if (method.takesOneRequest()) {
      call.sendMessage(upcoming.orElse(method.prototype()));
      call.halfClose();
    }
    call.request(method.givesOneAnswer() ? 2 : 1); // Two: a second one would be an error to see.
  }

  private Status takeNext() {
    try {
      upcoming = body.take();
    } catch (InvalidProtocolBufferException e) {
      return Status.INVALID_ARGUMENT.withDescription(e.getMessage());
    }
    int bytes = upcoming.map(Message::getSerializedSize).orElse(0);
    return bytes <= messageBytesMax
        ? Status.OK
        : Status.RESOURCE_EXHAUSTED.withDescription(
            "grpc: received message larger than max (%d vs. %d)".formatted(bytes, messageBytesMax));
  }

  /** The service wants requests. Not called when the call takes only one. */
  @Override
  public void onReady() {
    while (upcoming.isPresent() && call.isReady()) {
      call.sendMessage(upcoming.get());
      Status next = takeNext();
      if (!next.isOk()) {
        badBody = next;
        call.cancel("the client's next request can't be read", null);
        return;
      }
    }
    if (upcoming.isEmpty() && !allSent) {
      allSent = true;
      if (!method.staysOpen()) {
        call.halfClose();
      }
    }
  }

  @Override
  public void onMessage(Message message) {
    if (method.givesOneAnswer()) {
      answer = message;
      return;
    }
    begin(Status.OK);
    var unused =
        exchange
            .write(JsonAnswers.ofStream(message, exchange.alloc()))
            .whenComplete(
                (taken, failure) -> {
                  if (failure == null) {
                    call.request(1);
                  } else {
                    call.cancel("the client is gone", failure);
                  }
                });
  }

  @Override
  public void onClose(Status status, Metadata trailers) {
    Status told = badBody == null ? status : badBody;
    if (!told.isOk()) {
      fail(told);
    } else if (method.givesOneAnswer()) {
      Message given = answer == null ? method.prototype() : answer;
      exchange.answer(json(Status.OK, JsonAnswers.one(given, exchange.alloc())));
    } else {
      begin(Status.OK);
      exchange.endStream();
    }
  }

  private void fail(Status status) {
    if (method.givesOneAnswer()) {
      exchange.answer(json(status, JsonAnswers.failure(status, exchange.alloc())));
      return;
    }
    begin(status);
    var unused = exchange.write(JsonAnswers.failureOfStream(status, exchange.alloc()));
    exchange.endStream();
  }

  private void begin(Status status) {
    if (!begun) {
      begun = true;
      exchange.beginStream(JsonAnswers.httpStatus(status), HttpAnswer.JSON);
    }
  }

  private static HttpAnswer json(Status status, ByteBuf body) {
    return new HttpAnswer(JsonAnswers.httpStatus(status), HttpAnswer.JSON, body);
  }
}
