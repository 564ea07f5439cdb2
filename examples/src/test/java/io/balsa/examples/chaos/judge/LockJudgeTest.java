package io.balsa.examples.chaos.judge;

import static org.assertj.core.api.Assertions.assertThat;

import io.balsa.examples.chaos.workload.LockStep;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Whether the oracle of locks sees who writes without the lock. */
final class LockJudgeTest {
  private static final String ONE = "lock0/1";
  private static final String TWO = "lock0/2";

  private final Story story = new Story();

  private Verdict judge() {
    return LockJudge.judge(story.operations(), story.chronicle());
  }

  private void acquired(String key) {
    story.end(story.begin(new LockStep.Acquire("lock0", 1)), new LockStep.Acquired(key));
  }

  private void twoQueue() {
    story.happened(2, Story.put(ONE, "", 2, 2, 1, Optional.empty()));
    story.happened(3, Story.put(TWO, "", 3, 3, 1, Optional.empty()));
  }

  @Test
  void theHolderMayWriteAndTheNextOneAfterIt() {
    twoQueue();
    acquired(ONE);
    story.happened(4, Story.put("kglock0", "x@" + ONE, 4, 4, 1, Optional.empty()));
    story.happened(5, Story.delete(ONE, 5, Story.version("", 2, 2, 1)));
    acquired(TWO);
    story.happened(
        6,
        Story.put("kglock0", "y@" + TWO, 4, 6, 2, Optional.of(Story.version("x@" + ONE, 4, 4, 1))));
    assertThat(judge().violations()).isEmpty();
    assertThat(judge().checked()).isEqualTo(4);
  }

  @Test
  void whoWaitsMayNotWrite() {
    twoQueue();
    story.happened(4, Story.put("kglock0", "x@" + TWO, 4, 4, 1, Optional.empty()));
    assertThat(judge().violations()).singleElement().asString().contains("isn't the holder");
  }

  @Test
  void whoWaitsMayNotBeToldThatItHasTheLock() {
    twoQueue();
    acquired(TWO);
    assertThat(judge().violations()).singleElement().asString().contains("never had the lock");
  }
}
