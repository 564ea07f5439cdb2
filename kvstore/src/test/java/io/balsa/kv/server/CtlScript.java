package io.balsa.kv.server;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Commands of etcdctl, and what they say to real etcd, as text that is read from top to bottom:
 *
 * <pre>
 * # Prose.
 * $ put a 1                     runs to its end
 * &lt; a line of its input
 *   | a line that it prints     "  ! " on stderr, "  = 1" its exit code, unless that is 0
 *   differs: why ours is another, and then what ours prints
 * $ -w * get a                  runs once in each output format
 * $ watch --prefix a &amp;w         stays in the background, as w
 * w: has 3                      waits until it has printed three lines
 * w: say watch b                hands it a line
 * w: stop                       ends it like Ctrl-C, and shows all that it said
 * w: end                        waits for its end, and shows all that it said
 * &gt; --flag=x                    of both clusters; &gt;&gt; of ours only
 * </pre>
 *
 * What is in braces is {@link CtlWords}'.
 */
final class CtlScript {
  private static final String DIFFERS = "  differs: ";

  /** A command with its text; or prose, which has no command. Ours is as etcd's unless there is a reason. */
  record Step(
      String command,
      List<String> input,
      List<String> etcds,
      @Nullable String reason,
      List<String> ours) {
    boolean isProse() {
      return !command.startsWith("$ ") && !command.matches("\\w+: .*");
    }

    private List<String> lines() {
      List<String> lines = new ArrayList<>(List.of(command));
      input.forEach(line -> lines.add(("< " + line).strip()));
      lines.addAll(etcds);
      if (reason != null) {
        lines.add(DIFFERS + reason);
        lines.addAll(ours);
      }
      return lines;
    }

    /** The same command with what was seen of it; a difference keeps its reason. */
    Step seen(List<String> fromEtcd, List<String> fromUs) {
      if (fromEtcd.equals(fromUs)) {
        return new Step(command, input, fromEtcd, null, List.of());
      }
      return new Step(command, input, fromEtcd, reason == null ? "?" : reason, fromUs);
    }
  }

  private CtlScript() {}

  static List<Step> parse(List<String> lines) {
    List<Step> steps = new ArrayList<>();
    for (int i = 0; i < lines.size(); ) {
      int end = i + 1;
      while (end < lines.size() && lines.get(end).matches("(<|  ).*")) {
        end++;
      }
      steps.add(parseStep(lines.get(i), lines.subList(i + 1, end)));
      i = end;
    }
    return Collections.unmodifiableList(steps);
  }

  private static Step parseStep(String command, List<String> lines) {
    List<String> input = new ArrayList<>();
    List<String> etcds = new ArrayList<>();
    List<String> ours = new ArrayList<>();
    String reason = null;
    for (String line : lines) {
      if (line.startsWith("<")) {
        input.add(line.substring(1).stripLeading());
      } else if (line.startsWith(DIFFERS)) {
        reason = line.substring(DIFFERS.length());
      } else {
        (reason == null ? etcds : ours).add(line);
      }
    }
    return new Step(command, input, etcds, reason, ours);
  }

  /** What follows this mark, in all steps. */
  static List<String> flags(String mark, List<Step> steps) {
    return steps.stream()
        .map(Step::command)
        .filter(line -> line.startsWith(mark + " "))
        .map(line -> line.substring(mark.length() + 1))
        .toList();
  }

  static List<String> print(List<Step> steps) {
    return steps.stream().flatMap(step -> step.lines().stream()).toList();
  }
}
