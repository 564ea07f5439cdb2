package io.balsa.examples.chaos.judge;

import io.balsa.examples.chaos.history.Completion;
import io.balsa.examples.chaos.history.Operation;
import io.balsa.examples.chaos.model.KvAnswer;
import io.balsa.examples.chaos.model.KvEvent;
import io.balsa.examples.chaos.model.KvRequest;
import io.balsa.examples.chaos.model.Replay;
import io.balsa.examples.chaos.model.Version;
import io.balsa.examples.chaos.watch.Chronicle;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * Strict serializability, without a search: every answer names its revision, and the chronicle says what each revision is.
 *
 * <ol>
 *   <li>Each answer is what the state of its revision gives, and each change is what its request asks for.
 *   <li>Real time: an answer's revision isn't below that of any answer that had arrived before its request was sent; that of
 *       a change is above it. And nobody is answered with what hadn't been asked for yet.
 *   <li>What was acknowledged is in the chronicle, once; what failed for certain isn't; and nothing is that nobody asked for:
 *       each revision without an answer is the doing of one call whose outcome is unknown, and of none other.
 * </ol>
 *
 * Reads that ask for no more than the member's own state are held to the first rule only.
 */
public final class KvJudge {
  private final List<Operation> answered;
  private final List<Operation> all;
  private final Chronicle chronicle;
  private final List<Operation> unknown;
  private final Claims claims = new Claims();
  private final Findings findings = new Findings("kv");

  private KvJudge(List<Operation> operations, Chronicle chronicle) {
    this.all =
        operations.stream().filter(operation -> operation.request() instanceof KvRequest).toList();
    this.answered = all.stream().filter(operation -> operation.is(Completion.Type.OK)).toList();
    this.unknown =
        all.stream()
            .filter(operation -> operation.is(Completion.Type.INFO))
            .filter(operation -> !request(operation).isReadOnly())
            .toList();
    this.chronicle = chronicle;
  }

  public static Verdict judge(List<Operation> operations, Chronicle chronicle) {
    KvJudge judge = new KvJudge(operations, chronicle);
    chronicle.gaps().forEach(judge.findings::violated);
    judge.compareWithReplay();
    judge.compareWithTime();
    judge.compareWithRequests();
    return Verdict.of(judge.findings);
  }

  private void compareWithReplay() {
    NavigableMap<Long, List<Operation>> byRevision = new TreeMap<>();
    for (Operation operation : answered) {
      byRevision
          .computeIfAbsent(answer(operation).revision(), r -> new ArrayList<>())
          .add(operation);
    }
    Replay replay = new Replay();
    judgeReads(replay, byRevision.getOrDefault(replay.revision(), List.of()));
    chronicle
        .revisions()
        .forEach(
            (revision, events) -> {
              List<Operation> here = byRevision.getOrDefault(revision, List.of());
              judgeChange(replay, here, events);
              replay.advance(events).forEach(findings::violated);
              judgeReads(replay, here);
            });
    claims
        .unexplained()
        .forEach(
            revision ->
                findings.violated(
                    "nobody's doing, or somebody's second: "
                        + chronicle.revisions().get(revision)));
    byRevision
        .tailMap(chronicle.lastRevision(), false)
        .values()
        .forEach(
            late ->
                late.forEach(
                    operation ->
                        findings.violated(
                            operation
                                + " is answered at a revision beyond the last one, "
                                + chronicle.lastRevision())));
  }

  private void judgeChange(Replay before, List<Operation> here, List<KvEvent> events) {
    List<Operation> changes =
        here.stream().filter(o -> Evaluation.changed(request(o), answer(o))).toList();
    if (changes.size() > 1) {
      findings.violated("two changes have one revision: " + changes);
    }
    if (changes.isEmpty() && events.stream().noneMatch(KvJudge::isTheStoresOwn)) {
      List<Operation> possible =
          unknown.stream().filter(o -> Evaluation.explains(before, request(o), events)).toList();
      claims.add(before.revision() + 1, possible);
    }
    for (Operation change : changes) {
      findings.checked();
      Evaluation.wrong(before, request(change), answer(change), events)
          .ifPresent(wrong -> findings.violated(change + " " + wrong));
    }
  }

  /** Keys go with their leases, and locks have keys of their own: nobody asks for these by a request that is recorded here. */
  private static boolean isTheStoresOwn(KvEvent event) {
    boolean bound = event.previous().filter(version -> version.lease() != 0).isPresent();
    return event.isDelete() ? bound : event.put().filter(v -> v.value().isEmpty()).isPresent();
  }

  private void judgeReads(Replay state, List<Operation> here) {
    for (Operation read : here) {
      if (!Evaluation.changed(request(read), answer(read))) {
        findings.checked();
        Evaluation.wrong(state, request(read), answer(read), List.of())
            .ifPresent(wrong -> findings.violated(read + " " + wrong));
      }
    }
  }

  private void compareWithTime() {
    List<Operation> linear =
        answered.stream().filter(operation -> !request(operation).isSerializable()).toList();
    List<Operation> byEnd = new ArrayList<>(linear);
    byEnd.sort(Comparator.comparingLong(operation -> end(operation).order()));
    Map<Long, Long> firstAskedBy = latestRequestThrough();
    int ended = 0;
    long known = 0;
    for (Operation operation : linear) {
      while (ended < byEnd.size() && end(byEnd.get(ended)).order() < operation.order()) {
        known = Math.max(known, answer(byEnd.get(ended)).revision());
        ended++;
      }
      long revision = answer(operation).revision();
      long least = Evaluation.changed(request(operation), answer(operation)) ? known + 1 : known;
      if (revision < least) {
        findings.violated(
            operation + " is stale: revision " + known + " had been answered before it was asked");
      }
      if (firstAskedBy.getOrDefault(revision, -1L) > end(operation).order()) {
        findings.violated(operation + " tells of a change that hadn't been asked for yet");
      }
    }
  }

  /** For each revision, when the last of the requests was sent that made it or an earlier one. */
  private Map<Long, Long> latestRequestThrough() {
    Map<String, Operation> owners = owners();
    Map<Long, Long> latest = new HashMap<>();
    long order = -1;
    for (Map.Entry<Long, List<KvEvent>> entry : chronicle.revisions().entrySet()) {
      for (KvEvent event : entry.getValue()) {
        Operation owner = event.put().map(Version::value).map(owners::get).orElse(null);
        order = owner == null ? order : Math.max(order, owner.order());
      }
      latest.put(entry.getKey(), order);
    }
    return latest;
  }

  private void compareWithRequests() {
    Map<String, Operation> owners = owners();
    Map<String, Long> happened = new HashMap<>();
    chronicle
        .revisions()
        .forEach(
            (revision, events) -> {
              for (KvEvent event : events) {
                event
                    .put()
                    .map(Version::value)
                    .filter(value -> !value.isEmpty())
                    .ifPresent(
                        value ->
                            judgeOwner(event, owners.get(value), happened.put(value, revision)));
              }
            });
    for (Operation operation : answered) {
      KvAnswer answer = answer(operation);
      if (Evaluation.changed(request(operation), answer)
          && !chronicle.revisions().containsKey(answer.revision())) {
        findings.violated(operation + " was acknowledged and is lost");
      }
    }
  }

  private void judgeOwner(
      KvEvent event,
      @org.jspecify.annotations.Nullable Operation owner,
      @org.jspecify.annotations.Nullable Long earlier) {
    if (owner == null) {
      findings.violated(event + " was asked for by nobody");
    } else if (owner.is(Completion.Type.FAIL)) {
      findings.violated(event + " happened, but was refused: " + owner);
    }
    if (earlier != null) {
      findings.violated(event + " had happened at revision " + earlier + " already: " + owner);
    }
  }

  private Map<String, Operation> owners() {
    Map<String, Operation> owners = new HashMap<>();
    for (Operation operation : all) {
      request(operation).values().forEach(value -> owners.put(value, operation));
    }
    return owners;
  }

  private static KvRequest request(Operation operation) {
    return (KvRequest) operation.request();
  }

  private static Completion end(Operation operation) {
    return operation.completion().orElseThrow();
  }

  private static KvAnswer answer(Operation operation) {
    Object answer = end(operation).answer();
    if (answer instanceof KvAnswer kv) {
      return kv;
    }
    throw new IllegalStateException("no answer: " + operation);
  }
}
