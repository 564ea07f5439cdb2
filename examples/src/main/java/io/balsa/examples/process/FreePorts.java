package io.balsa.examples.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Finds ports that nobody listens on. Somebody may take one before its user does; whoever starts a server must be ready to
 * try again.
 */
public final class FreePorts {

  // Below the range from which systems choose the ports of outgoing connections: a port of a member
  // that is down for a
  // moment must not become somebody's end of a connection.
  private static final int FROM = 12_000;
  private static final int TO = 30_000;
  private static final int TRIES_MAX = 1_000;

  private FreePorts() {}

  /** That many different ports. */
  public static List<Integer> take(int count) {
    Set<Integer> seen = new HashSet<>();
    List<Integer> free = new ArrayList<>();
    for (int tries = 0; free.size() < count; tries++) {
      if (tries == TRIES_MAX) {
        throw new ExampleException("no free ports between " + FROM + " and " + TO);
      }
      int port = ThreadLocalRandom.current().nextInt(FROM, TO);
      if (seen.add(port) && isFree(port)) {
        free.add(port);
      }
    }
    return free;
  }

  /** Whether a server could listen on this port of the loopback interface now. */
  public static boolean isFree(int port) {
    InetAddress loopback = new InetSocketAddress(MemberSpec.HOST, port).getAddress();
    try (ServerSocket socket = new ServerSocket(port, 1, loopback)) {
      return socket.isBound();
    } catch (java.net.BindException e) {
      return false;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
