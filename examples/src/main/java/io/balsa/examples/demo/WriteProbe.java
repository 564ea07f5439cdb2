package io.balsa.examples.demo;

import io.balsa.examples.client.EtcdClient;
import io.balsa.examples.process.ExampleException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Finds out when a cluster writes again. A new write leaves every few milliseconds, through one member after the other,
 * without waiting for those before it: a write that hangs hides nothing.
 */
final class WriteProbe {
  private static final Duration PERIOD = Duration.ofMillis(5);
  private static final Duration DEADLINE = Duration.ofSeconds(30);

  /** One write that was acknowledged. */
  record Acknowledged(String key, String value, long nanoTime) {}

  private final List<EtcdClient> clients;
  private final CompletableFuture<Acknowledged> first = new CompletableFuture<>();
  private int writes; // Used by the pacing thread alone.

  WriteProbe(List<EtcdClient> clients) {
    this.clients = clients;
  }

  /** Writes until the first write is acknowledged, and returns that one. */
  Acknowledged firstAcknowledged() {
    ScheduledExecutorService pacer = Executors.newSingleThreadScheduledExecutor();
    try {
      var ticks = pacer.scheduleAtFixedRate(this::write, 0, PERIOD.toNanos(), TimeUnit.NANOSECONDS);
      Acknowledged acknowledged = first.get(DEADLINE.toNanos(), TimeUnit.NANOSECONDS);
      ticks.cancel(false);
      return acknowledged;
    } catch (TimeoutException e) {
      throw new ExampleException("no write was acknowledged within " + DEADLINE, e);
    } catch (ExecutionException e) {
      throw new AssertionError("the future is never failed", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ExampleException("interrupted", e);
    } finally {
      pacer.shutdownNow();
    }
  }

  private void write() {
    EtcdClient client = clients.get(writes % clients.size());
    client.reconnect();
    String key = String.format("failover/%05d", writes++);
    String value = "written without a leader in sight";
    client
        .putAsync(key, value)
        .thenAccept(response -> first.complete(new Acknowledged(key, value, System.nanoTime())))
        .exceptionally(notYet -> null);
  }
}
