package io.balsa.examples.chaos;

import io.balsa.examples.chaos.client.MemberCalls;
import io.balsa.examples.chaos.history.Recorder;
import io.balsa.examples.chaos.workload.Client;
import io.balsa.examples.chaos.workload.Workload;
import io.balsa.examples.process.ExampleException;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** The clients of a run, a thread each, until they are asked to end. */
final class ClientThreads {
  private static final long JOIN_MILLIS = 60_000;

  private final List<Thread> threads = new ArrayList<>();
  private final CountDownLatch ending = new CountDownLatch(1);

  /** What broke a client; there is no such thing in a good run. Guarded by this. */
  private final List<Throwable> broken = new ArrayList<>();

  ClientThreads(
      ChaosPlan plan, Workload workload, Recorder recorder, Supplier<List<MemberCalls>> members) {
    SplittableRandom random = new SplittableRandom(plan.seed() + 1);
    for (int i = 0; i < plan.clients(); i++) {
      Client client = new Client(i, plan.clients(), recorder, random.split(), members);
      long pauseMicros = TimeUnit.SECONDS.toMicros(plan.clients()) / plan.rate();
      Thread thread = new Thread(() -> run(workload, client, pauseMicros), "client-" + i);
      thread.setDaemon(true);
      threads.add(thread);
      thread.start();
    }
  }

  private void run(Workload workload, Client client, long pauseMicros) {
    try {
      while (ending.getCount() > 0) {
        workload.step(client);
        long pause = client.random().nextLong(2 * pauseMicros + 1);
        var unused = ending.await(pause, TimeUnit.MICROSECONDS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException | Error e) {
      synchronized (this) {
        broken.add(e);
      }
    }
  }

  /**
   * Waits until each client's last call has ended.
   *
   * @throws ExampleException if a client broke, or doesn't end
   */
  void end() {
    ending.countDown();
    try {
      for (Thread thread : threads) {
        thread.join(JOIN_MILLIS);
        if (thread.isAlive()) {
          throw new ExampleException(thread.getName() + " hangs");
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ExampleException("interrupted", e);
    }
    synchronized (this) {
      if (!broken.isEmpty()) {
        throw new ExampleException("a client broke: " + broken.get(0), broken.get(0));
      }
    }
  }
}
