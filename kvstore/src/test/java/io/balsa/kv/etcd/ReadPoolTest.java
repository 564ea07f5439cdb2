package io.balsa.kv.etcd;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class ReadPoolTest {
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  @Test
  void aReadThatBreaksIsAnsweredAndTheNextOneRuns() {
    try (ReadPool pool = new ReadPool(1)) {
      for (Throwable thrown :
          new Throwable[] {new IllegalStateException(), new StackOverflowError()}) {
        assertThat(read(pool, () -> sneaky(thrown)))
            .failsWithin(PATIENCE)
            .withThrowableThat()
            .withCause(thrown);
      }
      assertThat(read(pool, () -> 7)).succeedsWithin(PATIENCE).isEqualTo(7);
    }
  }

  private static CompletableFuture<Integer> read(ReadPool pool, Supplier<Integer> read) {
    CompletableFuture<Integer> answer = new CompletableFuture<>();
    pool.read(answer, read);
    return answer;
  }

  private static Integer sneaky(Throwable thrown) {
    if (thrown instanceof Error error) {
      throw error;
    }
    throw (RuntimeException) thrown;
  }
}
