package io.balsa.examples.chaos.judge;

import io.balsa.examples.chaos.model.KvEvent;
import io.balsa.examples.chaos.watch.Chronicle;
import io.balsa.examples.chaos.watch.WatchAnswer;
import io.balsa.examples.chaos.watch.WatchSession;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The nine rules of a watch, against the chronicle of everything:
 *
 * <ul>
 *   <li><b>filter</b>: no event that wasn't asked for.
 *   <li><b>ordered</b>: revisions never go back.
 *   <li><b>unique</b>: no event twice.
 *   <li><b>atomic</b>: all of a revision's events in one answer.
 *   <li><b>bookmarkable</b>: an answer that says "so far" comes after all that was to be told through that revision.
 *   <li><b>resumable</b>: from the revision that was asked for on, or a cancellation that says what is compacted.
 *   <li><b>reliable</b>: nothing is left out between two events, and in the end nothing is owed.
 *   <li><b>prev_kv</b>: what the key was just before, if asked for; it may be missing at a revision at which history was
 *       compacted, because only what the key was just before is gone then (etcd's {@code WatchCreateRequest.prev_kv}).
 *   <li><b>is_create</b>: an event looks like a creation just when the key wasn't there.
 * </ul>
 */
public final class WatchJudge {
  private final WatchSession session;
  private final List<KvEvent> expected;
  private final Set<Long> compactions;
  private final Findings findings;

  /** The next of the expected events. */
  private int next;

  /** Revisions and keys of what it was told. */
  private final Set<String> told = new HashSet<>();

  /** The last revision that the session was told to be done with. */
  private long through;

  private WatchJudge(
      WatchSession session, List<KvEvent> expected, Set<Long> compactions, Findings findings) {
    this.session = session;
    this.expected = expected;
    this.compactions = compactions;
    this.findings = findings;
    this.through = session.startRevision() - 1;
  }

  /**
   * @param compactions the revisions at which somebody asked for history to be compacted, whether that was answered or not
   */
  public static Verdict judge(
      List<WatchSession> sessions, Chronicle chronicle, Set<Long> compactions) {
    Findings findings = new Findings("watch");
    for (WatchSession session : sessions) {
      List<KvEvent> expected = new ArrayList<>();
      chronicle
          .revisions()
          .tailMap(session.startRevision())
          .values()
          .forEach(events -> events.stream().filter(session.range()::wants).forEach(expected::add));
      new WatchJudge(session, expected, compactions, findings).judge();
    }
    return Verdict.of(findings);
  }

  private void judge() {
    for (WatchAnswer answer : session.answers()) {
      findings.checked();
      if (answer.compactRevision() > 0) {
        if (answer.compactRevision() <= through + 1) {
          violated("resumable", answer, "nothing that it needs is compacted");
        }
        return;
      }
      answer.events().forEach(event -> judge(event, answer));
      if (!answer.events().isEmpty()) {
        through = Math.max(through, answer.events().get(answer.events().size() - 1).revision());
        nothingLeftThrough(through, "atomic", answer);
      } else if (answer.isBookmark()) {
        through = Math.max(through, answer.revision());
        nothingLeftThrough(through, "bookmarkable", answer);
      }
    }
  }

  private void judge(KvEvent event, WatchAnswer answer) {
    if (!session.range().wants(event)) {
      violated("filter", answer, event + " wasn't asked for");
      return;
    }
    if (event.revision() < session.startRevision()) {
      violated("resumable", answer, event + " is older than what was asked for");
      return;
    }
    if (event.revision() <= through) {
      violated(ruleOfOld(event), answer, event + " comes after " + through + " was done with");
      return;
    }
    while (next < expected.size() && expected.get(next).revision() < event.revision()) {
      violated("reliable", answer, expected.get(next) + " is missing before " + event);
      next++;
    }
    Optional<KvEvent> same =
        expected.stream()
            .skip(next)
            .takeWhile(other -> other.revision() == event.revision())
            .filter(other -> other.key().equals(event.key()))
            .findFirst();
    if (same.isEmpty()) {
      violated(ruleOfOld(event), answer, event + " never happened, or was told before");
      return;
    }
    compare(event, same.get(), answer);
    if (next < expected.size() && expected.get(next).equals(same.get())) {
      next++;
    }
  }

  private String ruleOfOld(KvEvent event) {
    return told.contains(place(event)) ? "unique" : "ordered";
  }

  private static String place(KvEvent event) {
    return event.revision() + " " + event.key();
  }

  private void compare(KvEvent event, KvEvent happened, WatchAnswer answer) {
    told.add(place(event));
    if (!event.put().equals(happened.put())) {
      boolean create = event.put().map(v -> v.create() == v.mod()).orElse(false);
      boolean created = happened.put().map(v -> v.create() == v.mod()).orElse(false);
      violated(create == created ? "reliable" : "is_create", answer, event + " was " + happened);
    }
    Optional<?> previous = session.range().prevKv() ? happened.previous() : Optional.empty();
    boolean isCompacted = event.previous().isEmpty() && compactions.contains(event.revision());
    if (!event.previous().equals(previous) && !isCompacted) {
      violated("prev_kv", answer, event + " should follow " + previous);
    }
  }

  private void nothingLeftThrough(long revision, String rule, WatchAnswer answer) {
    while (next < expected.size() && expected.get(next).revision() <= revision) {
      violated(rule, answer, expected.get(next) + " is left out through " + revision);
      next++;
    }
  }

  private void violated(String rule, WatchAnswer answer, String what) {
    findings.violated(rule + ": " + what + ", in " + answer + " of the " + session);
  }
}
