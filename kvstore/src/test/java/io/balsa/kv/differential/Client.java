package io.balsa.kv.differential;

import com.google.protobuf.Message;
import io.balsa.kv.proto.LeaseGrantResponse;
import io.balsa.kv.proto.WatchCancelRequest;
import io.balsa.kv.proto.WatchGrpc;
import io.balsa.kv.proto.WatchRequest;
import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.PrototypeMarshaller;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.StreamObserver;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

/** A connection to one server: sends operations, and makes what comes back comparable with another's. One thread. */
final class Client implements AutoCloseable {
  static final int STREAMS = 2;
  private static final int PATIENCE_SECONDS = 30;

  private final ManagedChannel channel;
  private final Object news;

  /** The ids that this server chose, by symbol; and the other way round, for the streams' threads too. Guarded by news. */
  private final Map<Long, Long> chosenIds = new HashMap<>();

  private final Map<Long, Long> symbols = new HashMap<>();

  private final List<WatchTranscript> transcripts = new ArrayList<>();
  private final List<StreamObserver<WatchRequest>> streams = new ArrayList<>();

  /**
   * @param news notified of everything that a stream of watches says
   */
  Client(int port, Object news) {
    this.news = news;
    this.channel =
        NettyChannelBuilder.forAddress("127.0.0.1", port)
            .usePlaintext()
            .maxInboundMessageSize(Integer.MAX_VALUE)
            .build();
    openStreams();
  }

  /** Ends all watches and begins new streams. */
  void openStreams() {
    streams.forEach(StreamObserver::onCompleted);
    streams.clear();
    transcripts.clear();
    for (int i = 0; i < STREAMS; i++) {
      WatchTranscript transcript = new WatchTranscript(this::withSymbols, news);
      transcripts.add(transcript);
      streams.add(WatchGrpc.newStub(channel).watch(transcript));
    }
  }

  /** Sends a request of any call but WATCH, and waits for its answer. */
  Answer ask(Operation operation, long newest, long compacted) {
    Message request = resolve(operation.request(), newest, compacted);
    long symbol = 0;
    if (operation.call() == Call.LEASE_GRANT) {
      symbol = ((io.balsa.kv.proto.LeaseGrantRequest) request).getID();
      if (Symbols.isChosenLease(symbol)) {
        request = ((io.balsa.kv.proto.LeaseGrantRequest) request).toBuilder().setID(0).build();
      }
    }
    MethodDescriptor<Message, Message> method = operation.call().method();
    try {
      Message response = send(method, request);
      if (Symbols.isChosenLease(symbol)) {
        remember(symbol, ((LeaseGrantResponse) response).getID());
      }
      return Answer.of(withSymbols(response));
    } catch (StatusRuntimeException refused) {
      return Answer.of(refused.getStatus(), nothing(method));
    }
  }

  private Message send(MethodDescriptor<Message, Message> method, Message request) {
    CallOptions options = CallOptions.DEFAULT.withDeadlineAfter(PATIENCE_SECONDS, TimeUnit.SECONDS);
    if (method.getType() == MethodDescriptor.MethodType.UNARY) {
      return ClientCalls.blockingUnaryCall(channel, method, options, request);
    }
    return ClientCalls.blockingServerStreamingCall(channel, method, options, request).next();
  }

  private static Message nothing(MethodDescriptor<Message, Message> method) {
    PrototypeMarshaller<Message> marshaller =
        (PrototypeMarshaller<Message>) method.getResponseMarshaller();
    return Objects.requireNonNull(
        marshaller.getMessagePrototype(), "a method of protobuf messages");
  }

  /** Sends to one of the streams of watches. */
  void watch(int stream, WatchRequest request, long newest, long compacted) {
    streams.get(stream).onNext((WatchRequest) resolve(request, newest, compacted));
  }

  void cancelWatch(int stream, long id) {
    streams
        .get(stream)
        .onNext(
            WatchRequest.newBuilder()
                .setCancelRequest(WatchCancelRequest.newBuilder().setWatchId(id))
                .build());
  }

  WatchTranscript transcript(int stream) {
    return transcripts.get(stream);
  }

  private Message resolve(Message request, long newest, long compacted) {
    synchronized (news) {
      return Symbols.resolve(request, newest, compacted, chosenIds);
    }
  }

  private Message withSymbols(Message message) {
    synchronized (news) {
      return symbols.isEmpty() ? message : Symbols.map(message, id -> symbols.getOrDefault(id, id));
    }
  }

  private void remember(long symbol, long id) {
    synchronized (news) {
      chosenIds.put(symbol, id);
      symbols.put(id, symbol);
    }
  }

  @Override
  public void close() {
    channel.shutdownNow();
  }
}
