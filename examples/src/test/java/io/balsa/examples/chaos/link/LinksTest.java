package io.balsa.examples.chaos.link;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.balsa.examples.process.Await;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What comes through a link in each weather. */
@Timeout(60)
final class LinksTest {
  private static final int SHORT_MILLIS = 100;

  private final Links links = new Links();
  private ServerSocket server = listen();
  private int port;

  private static ServerSocket listen() {
    try {
      return new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  @BeforeEach
  void open() throws IOException {
    try (ServerSocket free = listen()) {
      port = free.getLocalPort();
    }
    links.open("a", "b", here(port), here(server.getLocalPort()));
  }

  @AfterEach
  void close() throws IOException {
    links.close();
    server.close();
  }

  private static InetSocketAddress here(int port) {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
  }

  private Socket dial() throws IOException {
    Socket socket = new Socket();
    socket.connect(here(port));
    return socket;
  }

  private static void assertSilent(Socket socket) throws IOException {
    socket.setSoTimeout(SHORT_MILLIS);
    assertThatThrownBy(() -> socket.getInputStream().read())
        .isInstanceOf(SocketTimeoutException.class);
    socket.setSoTimeout(0);
  }

  @Test
  void inFairWeatherBytesPassBothWays() throws IOException {
    try (Socket near = dial();
        Socket far = server.accept()) {
      near.getOutputStream().write(1);
      assertThat(far.getInputStream().read()).isEqualTo(1);
      far.getOutputStream().write(2);
      assertThat(near.getInputStream().read()).isEqualTo(2);
    }
  }

  @Test
  void whatIsCutInOneDirectionPassesInTheOtherAndArrivesLate() throws IOException {
    try (Socket near = dial();
        Socket far = server.accept()) {
      links.set("a", "b", Weather.CUT);
      near.getOutputStream().write(1);
      far.getOutputStream().write(2);
      assertThat(near.getInputStream().read()).isEqualTo(2);
      assertSilent(far);
      links.heal();
      assertThat(far.getInputStream().read()).isEqualTo(1);
    }
  }

  @Test
  void whatWasCutMayBeLostInstead() throws IOException {
    try (Socket near = dial();
        Socket far = server.accept()) {
      links.setBoth("a", "b", Weather.CUT);
      near.getOutputStream().write(1);
      links.healWithResets();
      assertThatThrownBy(() -> far.getInputStream().read()).isInstanceOf(SocketException.class);
    }
  }

  @Test
  void aConnectionThatMeetsACutIsSilentUntilItHeals() throws IOException {
    links.set("b", "a", Weather.CUT);
    try (Socket near = dial()) {
      near.getOutputStream().write(1);
      assertSilent(near);
      links.heal();
      try (Socket far = server.accept()) {
        assertThat(far.getInputStream().read()).isEqualTo(1);
      }
    }
  }

  @Test
  void whatIsDelayedArrivesWhenItIsTime() throws IOException {
    assertOnlyHealingBrings(Weather.slow(Duration.ofHours(1)), 1);
  }

  @Test
  void whatIsThrottledArrivesAtItsRate() throws IOException {
    assertOnlyHealingBrings(Weather.throttled(1), 4096);
  }

  private void assertOnlyHealingBrings(Weather weather, int bytes) throws IOException {
    links.set("a", "b", weather);
    try (Socket near = dial();
        Socket far = server.accept()) {
      near.getOutputStream().write(new byte[bytes]);
      assertSilent(far);
      links.heal();
      assertThat(far.getInputStream().readNBytes(bytes)).hasSize(bytes);
    }
  }

  @Test
  void aBitMayFlip() throws IOException {
    links.set("a", "b", Weather.flipping(1));
    try (Socket near = dial();
        Socket far = server.accept()) {
      near.getOutputStream().write(0);
      assertThat(Integer.bitCount(far.getInputStream().read())).isEqualTo(1);
    }
  }

  @Test
  void aConnectionMayBeReset() throws IOException {
    links.set("a", "b", Weather.resetting(1));
    try (Socket near = dial();
        Socket far = server.accept()) {
      near.getOutputStream().write(1);
      assertThatThrownBy(() -> far.getInputStream().read()).isInstanceOf(SocketException.class);
    }
  }

  @Test
  void whoListensNoMoreCanNotBeConnectedTo() throws IOException {
    int target = server.getLocalPort();
    server.close();
    Await.until("the link refuses", Duration.ofSeconds(20), () -> !accepts());
    server = new ServerSocket(target, 10, InetAddress.getLoopbackAddress());
    Await.until("the link is there again", Duration.ofSeconds(20), this::accepts);
  }

  private boolean accepts() {
    try (Socket socket = dial()) {
      return socket.isConnected();
    } catch (IOException e) {
      return false;
    }
  }
}
