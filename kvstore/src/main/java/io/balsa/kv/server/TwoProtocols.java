package io.balsa.kv.server;

import io.grpc.netty.GrpcHttp2ConnectionHandler;
import io.grpc.netty.InternalProtocolNegotiator;
import io.grpc.netty.InternalProtocolNegotiators;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelPipeline;
import io.netty.util.AsciiString;
import java.util.function.Consumer;

/** Lets gRPC and HTTP/1.1 share a port: gRPC's plaintext negotiation behind a {@link PrefaceSniffer}. Thread-safe. */
final class TwoProtocols implements InternalProtocolNegotiator.ProtocolNegotiator {
  private final InternalProtocolNegotiator.ProtocolNegotiator grpc =
      InternalProtocolNegotiators.serverPlaintext();
  private final Consumer<ChannelPipeline> http1;

  TwoProtocols(Consumer<ChannelPipeline> http1) {
    this.http1 = http1;
  }

  @Override
  public AsciiString scheme() {
    return grpc.scheme();
  }

  @Override
  public ChannelHandler newHandler(GrpcHttp2ConnectionHandler handler) {
    return new PrefaceSniffer(grpc.newHandler(handler), http1);
  }

  @Override
  public void close() {
    grpc.close();
  }
}
