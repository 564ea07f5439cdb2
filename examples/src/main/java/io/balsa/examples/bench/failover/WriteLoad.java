package io.balsa.examples.bench.failover;

import com.google.protobuf.ByteString;
import io.balsa.kv.proto.KVGrpc;
import io.balsa.kv.proto.PutRequest;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Writers at every member, each with one put under way, which try again a few milliseconds after a failure. Every put's fate is
 * noted. Thread-safe.
 */
final class WriteLoad implements AutoCloseable {
  private static final int WRITERS_PER_MEMBER = 4;
  private static final long PUT_SECONDS_MAX = 10;
  private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

  /** One put: at which member, from when until when (by {@link System#nanoTime}), and whether it was acknowledged. */
  record Put(int member, long start, long end, boolean acknowledged) {}

  private final ConcurrentLinkedQueue<Put> puts = new ConcurrentLinkedQueue<>();
  private final List<ManagedChannel> channels = new ArrayList<>();
  private final List<Thread> writers = new ArrayList<>();
  private volatile boolean stopped;

  WriteLoad(List<InetSocketAddress> endpoints) {
    for (int member = 0; member < endpoints.size(); member++) {
      ManagedChannel channel =
          NettyChannelBuilder.forAddress(endpoints.get(member)).usePlaintext().build();
      channels.add(channel);
      for (int i = 0; i < WRITERS_PER_MEMBER; i++) {
        int at = member;
        Thread writer = new Thread(() -> write(at, channel), "writer-" + member + "-" + i);
        writer.setDaemon(true);
        writer.start();
        writers.add(writer);
      }
    }
  }

  private void write(int member, ManagedChannel channel) {
    PutRequest put =
        PutRequest.newBuilder()
            .setKey(ByteString.copyFromUtf8(Thread.currentThread().getName()))
            .setValue(ByteString.copyFrom(new byte[256]))
            .build();
    while (!stopped) {
      long start = System.nanoTime();
      boolean acknowledged = put(channel, put);
      puts.add(new Put(member, start, System.nanoTime(), acknowledged));
      if (!acknowledged) {
        LockSupport.parkNanos(PAUSE_NANOS);
        channel.resetConnectBackoff();
      }
    }
  }

  private static boolean put(ManagedChannel channel, PutRequest put) {
    try {
      return KVGrpc.newBlockingStub(channel)
          .withDeadlineAfter(PUT_SECONDS_MAX, TimeUnit.SECONDS)
          .put(put)
          .hasHeader();
    } catch (StatusRuntimeException e) {
      return false;
    }
  }

  /** Whether a put that began after this instant was acknowledged. */
  boolean worksSince(long nanoTime) {
    return puts.stream().anyMatch(put -> put.acknowledged() && put.start() - nanoTime > 0);
  }

  List<Put> puts() {
    return List.copyOf(puts);
  }

  void forget() {
    puts.clear();
  }

  @Override
  public void close() {
    stopped = true;
    channels.forEach(ManagedChannel::shutdownNow);
    try {
      for (Thread writer : writers) {
        writer.join(TimeUnit.SECONDS.toMillis(PUT_SECONDS_MAX));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
