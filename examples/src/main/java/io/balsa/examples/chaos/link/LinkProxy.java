package io.balsa.examples.chaos.link;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Where one member finds another: listens at an address of its own, and carries what comes to the other's port. While
 * nobody listens there, nobody listens here either, so that a dead process looks dead. Threads of its own, until closed.
 */
final class LinkProxy implements AutoCloseable {
  private static final int BACKLOG = 64;
  private static final long PROBE_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(50);
  private static final int PROBE_MILLIS = 500;

  private final InetSocketAddress listen;
  private final InetSocketAddress target;
  private final Wire forth;
  private final Wire back;
  private final Set<Carried> connections = ConcurrentHashMap.newKeySet();

  /** Replaced by the acceptor, closed by anybody. */
  private volatile ServerSocket server;

  private volatile boolean closed;

  /**
   * @throws IOException if the address can't be listened on
   */
  LinkProxy(InetSocketAddress listen, InetSocketAddress target, Wire forth, Wire back)
      throws IOException {
    this.listen = listen;
    this.target = target;
    this.forth = forth;
    this.back = back;
    this.server = bind();
    Thread acceptor = new Thread(this::accept, "link-" + listen);
    acceptor.setDaemon(true);
    acceptor.start();
  }

  /** Breaks every connection that is carried now. */
  void resetAll() {
    connections.forEach(Carried::reset);
  }

  @Override
  public void close() throws IOException {
    closed = true;
    server.close();
    resetAll();
  }

  private ServerSocket bind() throws IOException {
    ServerSocket socket = new ServerSocket();
    try {
      socket.setReuseAddress(true);
      socket.bind(listen, BACKLOG);
      return socket;
    } catch (IOException e) {
      socket.close();
      throw e;
    }
  }

  private void accept() {
    while (!closed) {
      try {
        Socket near = server.accept();
        Thread opening = new Thread(() -> open(near), "link-open");
        opening.setDaemon(true);
        opening.start();
      } catch (IOException e) {
        if (!closed) {
          stopListening(); // It may be open still, and its address must be free.
          awaitTarget();
        }
      }
    }
  }

  private void open(Socket near) {
    Carried[] self = new Carried[1];
    Carried carried = new Carried(near, forth, back, () -> connections.remove(self[0]));
    self[0] = carried;
    connections.add(carried);
    try {
      carried.connect(target);
    } catch (IOException e) {
      carried.reset();
      stopListening();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Whoever connects next is refused; the acceptor listens again when there is somebody to connect to. */
  private void stopListening() {
    try {
      server.close();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException("can't stop listening on " + listen, e);
    }
  }

  private void awaitTarget() {
    while (!closed) {
      try {
        probe();
        server = bind();
        if (closed) {
          server.close();
        }
        return;
      } catch (IOException nobodyYet) {
        LockSupport.parkNanos(PROBE_PAUSE_NANOS);
      }
    }
  }

  private void probe() throws IOException {
    try (Socket socket = new Socket()) {
      socket.connect(target, PROBE_MILLIS);
    }
  }
}
