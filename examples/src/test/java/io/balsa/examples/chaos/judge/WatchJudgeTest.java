package io.balsa.examples.chaos.judge;

import static org.assertj.core.api.Assertions.assertThat;

import io.balsa.examples.chaos.model.KvEvent;
import io.balsa.examples.chaos.model.Version;
import io.balsa.examples.chaos.watch.WatchAnswer;
import io.balsa.examples.chaos.watch.WatchRange;
import io.balsa.examples.chaos.watch.WatchSession;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Whether each of the nine rules is seen broken, and none where all are kept. */
final class WatchJudgeTest {
  private static final Version A2 = Story.version("v2", 2, 2, 1);
  private static final KvEvent PUT_A = Story.put("a", "v2", 2, 2, 1, Optional.empty());
  private static final KvEvent PUT_B = Story.put("b", "v3", 3, 3, 1, Optional.empty());
  private static final KvEvent PUT_C = Story.put("c", "v3'", 3, 3, 1, Optional.empty());
  private static final KvEvent AGAIN_A = Story.put("a", "v4", 2, 4, 2, Optional.of(A2));
  private static final WatchRange ALL = new WatchRange("a", "\0", true, true, true, true);

  private final Story story = new Story();

  private Verdict judge(WatchRange range, long start, WatchAnswer... answers) {
    story.happened(2, PUT_A);
    story.happened(3, PUT_B, PUT_C);
    story.happened(4, AGAIN_A);
    WatchSession session = new WatchSession("n1", range, start);
    List.of(answers).forEach(session::add);
    return WatchJudge.judge(List.of(session), story.chronicle(), Set.of(2L, 3L));
  }

  private static WatchAnswer events(KvEvent... events) {
    long revision = events[events.length - 1].revision();
    return new WatchAnswer(0, revision, false, false, 0, List.of(events));
  }

  private static WatchAnswer bookmark(long revision) {
    return new WatchAnswer(0, revision, false, false, 0, List.of());
  }

  private static void assertBroken(Verdict verdict, String rule) {
    assertThat(verdict.violations()).anyMatch(violation -> violation.startsWith(rule + ":"));
  }

  @Test
  void whatIsRightIsValid() {
    Verdict verdict =
        judge(ALL, 1, events(PUT_A), bookmark(2), events(PUT_B, PUT_C, AGAIN_A), bookmark(4));
    assertThat(verdict.violations()).isEmpty();
    assertThat(verdict.checked()).isEqualTo(4);
  }

  @Test
  void filter() {
    WatchRange deletesOfA = new WatchRange("a", "", false, true, true, true);
    assertBroken(judge(deletesOfA, 1, events(PUT_A)), "filter");
  }

  @Test
  void ordered() {
    assertBroken(judge(ALL, 3, events(AGAIN_A), events(PUT_B, PUT_C)), "ordered");
  }

  @Test
  void unique() {
    assertBroken(judge(ALL, 1, events(PUT_A), events(PUT_A)), "unique");
  }

  @Test
  void atomic() {
    assertBroken(judge(ALL, 3, events(PUT_B), events(PUT_C)), "atomic");
  }

  @Test
  void bookmarkable() {
    assertBroken(judge(ALL, 1, events(PUT_A), bookmark(3), events(PUT_B, PUT_C)), "bookmarkable");
  }

  @Test
  void resumable() {
    assertBroken(judge(ALL, 3, events(PUT_A)), "resumable");
  }

  @Test
  void resumableUnlessCompacted() {
    WatchAnswer compacted = new WatchAnswer(0, 4, false, true, 4, List.of());
    assertThat(judge(ALL, 2, compacted).violations()).isEmpty();
    assertBroken(judge(ALL, 4, compacted), "resumable");
  }

  @Test
  void reliable() {
    assertBroken(judge(ALL, 1, events(PUT_A), events(AGAIN_A)), "reliable");
  }

  @Test
  void prevKv() {
    KvEvent without = Story.put("a", "v4", 2, 4, 2, Optional.empty());
    assertBroken(judge(ALL, 4, events(without)), "prev_kv");
  }

  @Test
  void prevKvMayBeMissingWhereHistoryWasCompacted() {
    KvEvent a3 = Story.put("a", "v3", 2, 3, 2, Optional.of(A2));
    story.happened(2, PUT_A);
    story.happened(3, a3);
    WatchSession session = new WatchSession("n1", ALL, 3);
    session.add(events(Story.put("a", "v3", 2, 3, 2, Optional.empty())));
    List<WatchSession> sessions = List.of(session);
    assertThat(WatchJudge.judge(sessions, story.chronicle(), Set.of(3L)).violations()).isEmpty();
    assertBroken(WatchJudge.judge(sessions, story.chronicle(), Set.of(2L, 4L)), "prev_kv");
    WatchSession wrong = new WatchSession("n1", ALL, 3);
    wrong.add(events(Story.put("a", "v3", 2, 3, 2, Optional.of(Story.version("v1", 1, 1, 1)))));
    assertBroken(WatchJudge.judge(List.of(wrong), story.chronicle(), Set.of(3L)), "prev_kv");
  }

  @Test
  void isCreate() {
    KvEvent asCreated = Story.put("a", "v4", 4, 4, 1, Optional.of(A2));
    assertBroken(judge(ALL, 4, events(asCreated)), "is_create");
  }
}
