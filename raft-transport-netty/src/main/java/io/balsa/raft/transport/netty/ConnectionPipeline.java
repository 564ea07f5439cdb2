package io.balsa.raft.transport.netty;

import io.balsa.raft.transport.netty.wire.FrameDecoder;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOutboundInvoker;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What every connection's bytes pass through, whoever opened it. Stateless. */
final class ConnectionPipeline {
  private static final Logger log = LoggerFactory.getLogger(ConnectionPipeline.class);

  private ConnectionPipeline() {}

  /**
   * @param handler makes what follows the frames; called once for each connection
   */
  static ChannelHandler endingWith(Function<FrameDecoder, ChannelHandler> handler) {
    return new ChannelInitializer<Channel>() {
      @Override
      protected void initChannel(Channel channel) {
        // TLS belongs here: an SslHandler in front of everything else, on both sides.
        FrameDecoder frames = new FrameDecoder(Handshake.BODY_BYTES_MAX);
        channel.pipeline().addLast(frames, handler.apply(frames));
      }
    };
  }

  /** Closes a channel, given itself or a handler's context. */
  static void close(ChannelOutboundInvoker channel) {
    channel
        .close()
        .addListener(
            closed -> {
              if (!closed.isSuccess()) {
                log.warn("a connection couldn't be closed", closed.cause());
              }
            });
  }
}
