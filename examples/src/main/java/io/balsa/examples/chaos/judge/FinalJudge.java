package io.balsa.examples.chaos.judge;

import io.balsa.examples.chaos.model.Replay;
import io.balsa.examples.chaos.model.Version;
import io.balsa.examples.chaos.watch.Chronicle;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;

/** All members hold the same in the end, and it is what the chronicle comes to: so every acknowledged write is there, or overwritten. */
public final class FinalJudge {
  private FinalJudge() {}

  public static Verdict judge(List<FinalState> members, Chronicle chronicle) {
    Findings findings = new Findings("final-state");
    Replay replay = new Replay();
    chronicle
        .revisions()
        .values()
        .forEach(replay::advance); // The oracle of keys tells what is wrong in itself.
    for (FinalState member : members) {
      findings.checked();
      if (member.revision() != replay.revision()) {
        findings.violated(
            member.member()
                + " is at revision "
                + member.revision()
                + ", not "
                + replay.revision());
      }
      compare(member.member(), member.keys(), replay.keys(), findings);
      FinalState first = members.get(0);
      if (member.hash() != first.hash()) {
        findings.violated(
            String.format(
                "HashKV of %s is %08x, but that of %s is %08x",
                member.member(), member.hash(), first.member(), first.hash()));
      }
    }
    return Verdict.of(findings);
  }

  private static void compare(
      String member, Map<String, Version> has, Map<String, Version> should, Findings findings) {
    TreeSet<String> keys = new TreeSet<>(has.keySet());
    keys.addAll(should.keySet());
    for (String key : keys) {
      if (!Objects.equals(has.get(key), should.get(key))) {
        findings.violated(
            member + " has " + key + " as " + has.get(key) + ", not as " + should.get(key));
      }
    }
  }
}
