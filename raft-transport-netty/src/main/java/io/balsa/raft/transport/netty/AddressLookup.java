package io.balsa.raft.transport.netty;

import io.netty.util.NetUtil;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.Promise;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Turns names into addresses, anew for each attempt to connect, because a restarted container may have moved. A name server
 * that is down blocks a lookup for seconds, so it has a thread of its own; addresses that are numbers need no lookup.
 * Thread-safe.
 */
final class AddressLookup implements AutoCloseable {
  private static final int WAITING_MAX = 1024;
  private static final long IDLE_SECONDS = 10;

  private final ThreadPoolExecutor thread;

  AddressLookup(String threadName) {
    thread =
        new ThreadPoolExecutor(
            1,
            1,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(WAITING_MAX),
            task -> {
              Thread made = new Thread(task, threadName);
              made.setDaemon(true);
              return made;
            });
    thread.allowCoreThreadTimeOut(true);
  }

  /** The future's listeners run on {@code loop}. */
  Future<InetSocketAddress> lookUp(InetSocketAddress address, EventExecutor loop) {
    @Nullable InetAddress number =
        NetUtil.createInetAddressFromIpAddressString(address.getHostString());
    if (number != null) {
      return loop.newSucceededFuture(new InetSocketAddress(number, address.getPort()));
    }
    Promise<InetSocketAddress> found = loop.newPromise();
    try {
      thread.execute(() -> askNameService(address, found));
    } catch (RejectedExecutionException e) {
      found.tryFailure(new UnknownHostException("too many names to look up, or closed"));
    }
    return found;
  }

  private static void askNameService(InetSocketAddress address, Promise<InetSocketAddress> found) {
    try {
      InetAddress host = InetAddress.getByName(address.getHostString());
      found.trySuccess(new InetSocketAddress(host, address.getPort()));
    } catch (UnknownHostException e) {
      found.tryFailure(e);
    }
  }

  @Override
  public void close() {
    thread.shutdownNow();
  }
}
