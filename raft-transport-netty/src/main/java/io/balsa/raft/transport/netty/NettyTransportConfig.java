package io.balsa.raft.transport.netty;

import io.balsa.raft.model.InvalidConfigException;
import io.balsa.raft.model.NodeId;
import java.net.InetSocketAddress;
import java.time.Duration;

/**
 * Settings of one transport, checked when made.
 *
 * @param bind where to listen
 * @param frameBytesMax the largest body of a frame, sent or received; a larger message is dropped
 * @param outboundBytesMax what may wait on one connection; what exceeds it is dropped
 * @param handshakeTimeout from the TCP connection to the answer
 * @param backoffMax the longest pause between two attempts to connect
 */
record NettyTransportConfig(
    NodeId self,
    long clusterId,
    InetSocketAddress bind,
    int frameBytesMax,
    long outboundBytesMax,
    Duration connectTimeout,
    Duration handshakeTimeout,
    Duration backoffMin,
    Duration backoffMax,
    int ioThreads) {
  static final int FRAME_BYTES_DEFAULT = 64 << 20;
  static final long OUTBOUND_BYTES_DEFAULT = 64L << 20;

  private static final int FRAME_BYTES_LEAST = 4 << 10;
  private static final int FRAME_BYTES_MOST = 512 << 20;
  private static final int IO_THREADS_MOST = 64;

  NettyTransportConfig {
    inRange(frameBytesMax, FRAME_BYTES_LEAST, FRAME_BYTES_MOST, "frameBytesMax");
    inRange(ioThreads, 1, IO_THREADS_MOST, "ioThreads");
    require(outboundBytesMax > 0, "outboundBytesMax must be positive, not " + outboundBytesMax);
    positive(connectTimeout, "connectTimeout");
    positive(handshakeTimeout, "handshakeTimeout");
    positive(backoffMin, "the shortest back-off");
    require(
        backoffMax.compareTo(backoffMin) >= 0,
        "the longest back-off (" + backoffMax + ") is below the shortest (" + backoffMin + ")");
  }

  private static void inRange(int value, int least, int most, String name) {
    require(
        value >= least && value <= most,
        name + " must be from " + least + " to " + most + ", not " + value);
  }

  private static void positive(Duration duration, String name) {
    boolean sane = duration.toMillis() > 0 && duration.toMillis() <= Integer.MAX_VALUE;
    require(sane, name + " must be at least a millisecond and at most 24 days, not " + duration);
  }

  private static void require(boolean condition, String rule) {
    if (!condition) {
      throw new InvalidConfigException(rule);
    }
  }
}
