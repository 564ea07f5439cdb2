package io.balsa.examples.chaos.link;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.util.concurrent.ThreadLocalRandom;

/** One connection through a proxy: two sockets, and a thread for each direction. */
final class Carried {
  private static final int PIECE_BYTES = 16 * 1024;
  private static final int CONNECT_MILLIS = 2_000;

  private final Socket near;
  private final Socket far = new Socket();
  private final Wire forth;
  private final Wire back;
  private final Runnable onEnd;
  private volatile boolean over;

  /**
   * @param onEnd told once, when both directions are done
   */
  Carried(Socket near, Wire forth, Wire back, Runnable onEnd) {
    this.near = near;
    this.forth = forth;
    this.back = back;
    this.onEnd = onEnd;
  }

  /**
   * Connects to the other end, once both directions let a handshake pass, and begins to carry.
   *
   * @throws IOException if nobody listens there
   */
  void connect(InetSocketAddress target) throws IOException, InterruptedException {
    forth.awaitPassable();
    back.awaitPassable();
    near.setTcpNoDelay(true);
    far.setTcpNoDelay(true);
    far.connect(target, CONNECT_MILLIS);
    start("link-forth", near, far, forth);
    start("link-back", far, near, back);
  }

  /** Both ends see a reset. Idempotent. */
  void reset() {
    over = true;
    reset(near);
    reset(far);
    onEnd.run();
  }

  private void start(String name, Socket from, Socket to, Wire wire) {
    Thread thread = new Thread(() -> carry(from, to, wire), name);
    thread.setDaemon(true);
    thread.start();
  }

  private void carry(Socket from, Socket to, Wire wire) {
    byte[] piece = new byte[PIECE_BYTES];
    try {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      for (int bytes = in.read(piece); bytes >= 0; bytes = in.read(piece)) {
        switch (wire.carry(bytes)) {
          case RESET -> {
            reset();
            return;
          }
          case ARRIVES_DAMAGED -> flipOneBit(piece, bytes);
          case ARRIVES -> {}
        }
        out.write(piece, 0, bytes);
      }
      wire.awaitPassable(); // The end of the stream travels like everything else.
      to.shutdownOutput();
      if (from.isOutputShutdown()) {
        reset();
      }
    } catch (IOException e) {
      if (!over) {
        endLater(wire);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** One end is gone, by a reset: the other end hears of it when the wire lets it pass. */
  private void endLater(Wire wire) {
    try {
      wire.awaitPassable();
      reset();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void flipOneBit(byte[] piece, int bytes) {
    ThreadLocalRandom chance = ThreadLocalRandom.current();
    piece[chance.nextInt(bytes)] ^= (byte) (1 << chance.nextInt(Byte.SIZE));
  }

  private static void reset(Socket socket) {
    try (socket) {
      if (!socket.isClosed()) {
        socket.setSoLinger(true, 0); // So that closing it sends a reset.
      }
    } catch (SocketException closedAlready) {
      return; // By the other direction, or because it never was connected.
    } catch (IOException e) {
      throw new UncheckedIOException("a socket of a link can't be closed", e);
    }
  }
}
