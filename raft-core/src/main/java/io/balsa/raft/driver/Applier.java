package io.balsa.raft.driver;

import io.balsa.raft.model.NodeStoppedException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The thread "balsa-apply", on which the state machines of all groups assigned to it are called, one call at a time.
 */
final class Applier implements Runnable {
  /** What waits is bounded per group: by its committed ranges, which merge, and by its open reads. */
  private final Mailbox<Task> mailbox;

  private final FailStop failStop;

  private record Task(Runnable body, @Nullable CompletableFuture<?> result) {}

  Applier(FailStop failStop, Supplier<NodeStoppedException> stopReason) {
    this.failStop = failStop;
    this.mailbox =
        new Mailbox<>(
            task -> {
              if (task.result() != null) {
                task.result().completeExceptionally(stopReason.get());
              }
            });
  }

  /** Runs the body; what it throws stops the host. Any thread. */
  void execute(Runnable body) {
    mailbox.put(new Task(body, null));
  }

  /** Calls the body; what it throws goes to the future. Any thread. */
  <T> CompletableFuture<T> call(Callable<T> body) {
    CompletableFuture<T> result = new CompletableFuture<>();
    Runnable run =
        () -> {
          try {
            result.complete(body.call());
          } catch (Exception | Error e) {
            result.completeExceptionally(e);
          }
        };
    mailbox.put(new Task(run, result));
    return result;
  }

  void stop() {
    mailbox.close();
  }

  boolean isStopped() {
    return mailbox.isClosed();
  }

  @Override
  public void run() {
    List<Task> tasks = new ArrayList<>();
    try {
      while (!mailbox.isClosed()) {
        mailbox.drainTo(tasks, 1);
        if (tasks.isEmpty()) {
          mailbox.await(Long.MAX_VALUE);
        } else {
          tasks.get(0).body().run();
          tasks.clear();
        }
      }
    } catch (Throwable t) {
      failStop.fail("the apply thread failed", t);
    }
  }
}
