package io.balsa.examples.chaos.judge;

import static org.assertj.core.api.Assertions.assertThat;

import io.balsa.examples.chaos.history.Completion.Type;
import io.balsa.examples.chaos.history.Operation;
import io.balsa.examples.chaos.model.Compare;
import io.balsa.examples.chaos.model.KvAnswer;
import io.balsa.examples.chaos.model.KvOp;
import io.balsa.examples.chaos.model.KvRequest;
import io.balsa.examples.chaos.model.KvResult;
import io.balsa.examples.chaos.model.Version;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Whether the oracle of keys sees each kind of lie, and no lie where there is none. */
final class KvJudgeTest {
  private static final Version FIRST = Story.version("v1", 2, 2, 1);

  private final Story story = new Story();

  @Test
  void whatIsRightIsValid() {
    story.read("a", 1, Optional.empty());
    story.put("a", "v1", 2);
    story.read("a", 2, Optional.of(FIRST));
    Operation deleted = story.begin(KvRequest.delete("a"));
    story.end(deleted, new KvAnswer(true, 3, List.of(new KvResult.Deleted(1))));
    story.happened(3, Story.delete("a", 3, FIRST));
    story.read("a", 3, Optional.empty());
    assertThat(story.kv().violations()).isEmpty();
    assertThat(story.kv().checked()).isEqualTo(5);
  }

  @Test
  void aReadMayBeAsOldAsItsBeginning() {
    Operation read = story.begin(KvRequest.get("a"));
    story.put("a", "v1", 2);
    story.end(read, Story.got(1, Optional.empty()));
    assertThat(story.kv().violations()).isEmpty();
  }

  @Test
  void aStaleReadIsSeen() {
    story.put("a", "v1", 2);
    story.read("a", 1, Optional.empty());
    assertThat(story.kv().violations()).singleElement().asString().contains("is stale");
  }

  @Test
  void aSerializableReadMayBeStaleButNotWrong() {
    story.put("a", "v1", 2);
    story.end(story.begin(KvRequest.serializableGet("a")), Story.got(1, Optional.empty()));
    assertThat(story.kv().violations()).isEmpty();
    story.end(story.begin(KvRequest.serializableGet("a")), Story.got(2, Optional.empty()));
    assertThat(story.kv().violations()).singleElement().asString().contains("should have been");
  }

  @Test
  void aWrongValueIsSeen() {
    story.put("a", "v1", 2);
    story.read("a", 2, Optional.of(Story.version("v0", 2, 2, 1)));
    assertThat(story.kv().violations()).singleElement().asString().contains("should have been");
  }

  @Test
  void aLostWriteIsSeen() {
    story.put("a", "v1", 2);
    story.end(story.begin(KvRequest.put("a", "v2")), Story.done(3));
    assertThat(story.kv().violations()).anyMatch(text -> text.contains("is lost"));
  }

  @Test
  void anUnknownWriteMayHappenLateOrNever() {
    Operation late = story.begin(KvRequest.put("a", "v1"));
    Operation never = story.begin(KvRequest.put("a", "v9"));
    story.end(late, Type.INFO);
    story.end(never, Type.INFO);
    story.put("b", "v2", 2);
    story.happened(3, Story.put("a", "v1", 3, 3, 1, Optional.empty()));
    assertThat(story.kv().violations()).isEmpty();
  }

  @Test
  void aRefusedWriteMustNotHappen() {
    story.end(story.begin(KvRequest.put("a", "v1")), Type.FAIL);
    story.happened(2, Story.put("a", "v1", 2, 2, 1, Optional.empty()));
    assertThat(story.kv().violations()).anyMatch(text -> text.contains("was refused"));
  }

  @Test
  void aWriteMustNotHappenTwice() {
    story.put("a", "v1", 2);
    story.happened(3, Story.put("a", "v1", 2, 3, 2, Optional.of(FIRST)));
    assertThat(story.kv().violations()).anyMatch(text -> text.contains("already"));
  }

  @Test
  void nobodysWriteIsSeen() {
    story.happened(2, Story.put("a", "v1", 2, 2, 1, Optional.empty()));
    assertThat(story.kv().violations()).anyMatch(text -> text.contains("by nobody"));
  }

  @Test
  void whatWasNotAskedForYetCanNotBeRead() {
    story.read("a", 2, Optional.of(FIRST));
    story.put("a", "v1", 2);
    assertThat(story.kv().violations()).anyMatch(text -> text.contains("hadn't been asked"));
  }

  @Test
  void aMissingRevisionIsSeen() {
    story.put("a", "v1", 2);
    story.put("b", "v2", 4);
    assertThat(story.kv().violations()).anyMatch(text -> text.contains("comes 4"));
  }

  @Test
  void aConditionIsEvaluatedWhereItStands() {
    story.put("a", "v1", 2);
    KvRequest cas =
        KvRequest.txn(
            List.of(Compare.valueIs("a", "v0")),
            List.of(new KvOp.Put("a", "v2", 0)),
            List.of(new KvOp.Get("a")));
    story.end(
        story.begin(cas), new KvAnswer(false, 2, List.of(new KvResult.Got(Optional.of(FIRST)))));
    assertThat(story.kv().violations()).isEmpty();
    story.end(story.begin(cas), new KvAnswer(true, 3, List.of(new KvResult.Done())));
    story.happened(3, Story.put("a", "v2", 2, 3, 2, Optional.of(FIRST)));
    assertThat(story.kv().violations()).anyMatch(text -> text.contains("succeeded=false"));
  }

  @Test
  void anUnknownDeleteHappensOnceAtMost() {
    story.put("a", "v1", 2);
    story.end(story.begin(KvRequest.delete("a")), Type.INFO);
    story.happened(3, Story.delete("a", 3, FIRST));
    assertThat(story.kv().violations()).isEmpty();
    story.put("a", "v2", 4);
    story.happened(5, Story.delete("a", 5, Story.version("v2", 4, 4, 1)));
    assertThat(story.kv().violations()).singleElement().asString().contains("somebody's second");
  }

  @Test
  void unknownDeletesAreMatchedSoThatAllAreExplained() {
    story.put("a", "v1", 2);
    KvRequest both =
        KvRequest.txn(List.of(), List.of(new KvOp.Delete("a"), new KvOp.Delete("b")), List.of());
    story.end(story.begin(both), Type.INFO);
    story.end(story.begin(KvRequest.delete("a")), Type.INFO);
    story.happened(3, Story.delete("a", 3, FIRST));
    story.put("b", "v2", 4);
    story.happened(5, Story.delete("b", 5, Story.version("v2", 4, 4, 1)));
    assertThat(story.kv().violations()).isEmpty();
  }

  @Test
  void twoChangesCanNotShareARevision() {
    story.put("a", "v1", 2);
    story.end(story.begin(KvRequest.put("a", "v2")), Story.done(2));
    assertThat(story.kv().violations()).anyMatch(text -> text.contains("one revision"));
  }
}
