package io.balsa.raft.testkit.checker;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Histories as chaos rounds record them: ten clients, twenty thousand operations, some without an answer. */
final class LongHistoryTest {
  private static final int OPERATIONS = 20_000;
  private static final Limits LIMITS = new Limits(Duration.ofMinutes(10), 256 << 20);
  private static final Model MODEL = Model.of(Model.Kind.ETCD_KV);

  private static List<Event> etcd(long seed, int operations, int keys) {
    HistoryMaker.Shape shape = new HistoryMaker.Shape(operations, 10, 0.01, 0.01, keys, 0, 1);
    return HistoryMaker.make(SequentialModel.ETCD_KV, shape, new SplittableRandom(seed));
  }

  @ParameterizedTest
  @ValueSource(ints = {10, 100})
  void twentyThousandOperationsAreValid(int keys) {
    assertThat(LinearizabilityChecker.check(MODEL, etcd(1, OPERATIONS, keys), LIMITS).word())
        .isEqualTo("valid");
  }

  /** A read that a member answered that had stopped following. */
  @Test
  void oneStaleReadIsFound() {
    List<Event> history = etcd(2, OPERATIONS, 10);
    int at = answeredGet(history, history.size() / 2);
    Map<Object, Object> told = new HashMap<>(SequentialModel.map(history.get(at).value()));
    told.put("rev", (Long) Objects.requireNonNull(told.get("rev")) - 40);
    Verdict verdict = LinearizabilityChecker.check(MODEL, with(history, at, told), LIMITS);
    assertThat(verdict).isInstanceOf(Verdict.Invalid.class);
    Verdict.Invalid invalid = (Verdict.Invalid) verdict;
    assertThat(invalid.prefixEvents()).isEqualTo(at + 1);
    assertThat(invalid.unexplained()).isPresent();
  }

  /** An acknowledged put that a later read doesn't know. */
  @Test
  void oneLostWriteIsFound() {
    List<Event> history = etcd(3, OPERATIONS / 4, 10);
    int at = answeredGet(history, history.size() / 2);
    Map<Object, Object> told = new HashMap<>(SequentialModel.map(history.get(at).value()));
    told.put("value", "what nobody wrote");
    Verdict verdict = LinearizabilityChecker.check(MODEL, with(history, at, told), LIMITS);
    assertThat(verdict).isInstanceOf(Verdict.Invalid.class);
    assertThat(((Verdict.Invalid) verdict).prefixEvents()).isEqualTo(at + 1);
  }

  @Test
  void aSearchOutOfTimeOrMemoryDecidesNothing() {
    List<Event> history = etcd(1, OPERATIONS / 4, 10);
    assertThat(
            LinearizabilityChecker.check(MODEL, history, new Limits(Duration.ofNanos(1), 1 << 30)))
        .isEqualTo(new Verdict.Unknown("time"));
    assertThat(
            LinearizabilityChecker.check(
                MODEL, history, new Limits(Duration.ofMinutes(10), 10_000)))
        .isEqualTo(new Verdict.Unknown("memory"));
  }

  /** Each key alone: two hundred operations on each of a hundred registers. */
  @Test
  void keysAreJudgedAlone() {
    List<Event> history = new ArrayList<>();
    for (int key = 0; key < 100; key++) {
      HistoryMaker.Shape shape = new HistoryMaker.Shape(200, 5, 0.01, 0.02, 1, 5, 1);
      for (Event event :
          HistoryMaker.make(SequentialModel.CAS_REGISTER, shape, new SplittableRandom(key))) {
        List<@Nullable Object> pair = new ArrayList<>();
        pair.add("key" + key);
        pair.add(event.value());
        history.add(
            new Event(
                key * 1_000L + event.process(),
                event.type(),
                event.f(),
                pair,
                event.timeNanos(),
                event.error()));
      }
    }
    Model model = Model.of(Model.Kind.CAS_REGISTER).judgedPerKey();
    assertThat(LinearizabilityChecker.check(model, history, LIMITS).word()).isEqualTo("valid");
    history.add(Event.invoke(99_999_998, "read", pair("key7", null)));
    history.add(Event.ok(99_999_998, "read", pair("key7", "never written")));
    Verdict verdict = LinearizabilityChecker.check(model, history, LIMITS);
    assertThat(verdict).isInstanceOf(Verdict.Invalid.class);
    assertThat(((Verdict.Invalid) verdict).key()).contains("\"key7\"");
    assertThat(((Verdict.Invalid) verdict).prefixEvents()).isEqualTo(history.size());
  }

  private static List<@Nullable Object> pair(Object key, @Nullable Object value) {
    List<@Nullable Object> pair = new ArrayList<>();
    pair.add(key);
    pair.add(value);
    return pair;
  }

  private static int answeredGet(List<Event> history, int from) {
    for (int i = from; i < history.size(); i++) {
      Event event = history.get(i);
      if (event.type() == Event.Type.OK && event.f().equals("get")) {
        if (!Event.ABSENT.equals(SequentialModel.map(event.value()).get("value"))) {
          return i;
        }
      }
    }
    throw new AssertionError("nobody read anything");
  }

  private static List<Event> with(List<Event> history, int at, Object told) {
    List<Event> changed = new ArrayList<>(history);
    Event event = history.get(at);
    changed.set(at, Event.ok(event.process(), event.f(), told));
    return changed;
  }
}
