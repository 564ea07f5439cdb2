package io.balsa.examples.chaos.judge;

import static org.assertj.core.api.Assertions.assertThat;

import io.balsa.examples.chaos.history.Completion.Type;
import io.balsa.examples.chaos.history.Operation;
import io.balsa.examples.chaos.model.KvEvent;
import io.balsa.examples.chaos.model.Version;
import io.balsa.examples.chaos.workload.LeaseStep;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Whether the oracle of leases sees what it is there for. */
final class LeaseJudgeTest {
  private static final long HOURS = TimeUnit.HOURS.toNanos(9);
  private static final Version BOUND = new Version("v", 2, 2, 1, 7);

  private final Story story = new Story();

  private Verdict judge() {
    return LeaseJudge.judge(story.operations(), story.chronicle(), HOURS, 0);
  }

  /** @param ttlSeconds 0 stands for a lease whose time is over at once, as time doesn't pass in these stories */
  private void granted(long ttlSeconds) {
    Operation grant = story.begin(new LeaseStep.Grant(7, ttlSeconds));
    story.end(grant, new LeaseStep.Ttl(ttlSeconds));
    story.happened(2, new KvEvent(2, "k", Optional.of(BOUND), Optional.empty()));
  }

  @Test
  void aKeyMayGoWithItsLease() {
    granted(0);
    story.happened(3, Story.delete("k", 3, BOUND));
    assertThat(judge().violations()).isEmpty();
    assertThat(judge().checked()).isEqualTo(1);
  }

  @Test
  void anEarlyEndIsSeen() {
    granted(60);
    story.happened(3, Story.delete("k", 3, BOUND));
    assertThat(judge().violations()).singleElement().asString().startsWith("early by");
  }

  @Test
  void whoAsksForItMayEndItEarly() {
    granted(60);
    story.end(story.begin(new LeaseStep.Revoke(7)), Type.INFO);
    story.happened(3, Story.delete("k", 3, BOUND));
    assertThat(judge().violations()).isEmpty();
  }

  @Test
  void aKeepAliveCounts() {
    granted(0);
    story.end(story.begin(new LeaseStep.KeepAlive(7)), new LeaseStep.Ttl(60));
    story.happened(3, Story.delete("k", 3, BOUND));
    assertThat(judge().violations()).singleElement().asString().startsWith("early by");
  }

  @Test
  void goneIsGone() {
    granted(0);
    story.happened(3, Story.delete("k", 3, BOUND));
    story.end(story.begin(new LeaseStep.KeepAlive(7)), new LeaseStep.Ttl(60));
    assertThat(judge().violations()).singleElement().asString().startsWith("gone");
  }

  @Test
  void aLeaseThatNeverEndsIsSeen() {
    granted(2);
    assertThat(judge().violations()).singleElement().asString().startsWith("never expired");
  }
}
