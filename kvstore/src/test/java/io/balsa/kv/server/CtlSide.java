package io.balsa.kv.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.balsa.kv.server.CtlProcess.Said;
import io.balsa.kv.server.CtlScript.Step;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** One cluster, ours or etcd's, and the etcdctl that talks to it. The same code for both: it can't tell them apart. One thread. */
final class CtlSide implements AutoCloseable {
  private static final List<String> FORMATS = List.of("simple", "json", "fields", "table");

  /** More than the quota of the script that fills the store. */
  private static final int FILLER_BYTES = 1_200_000;

  private static final Pattern WORD = Pattern.compile("'([^']*)'|\"([^\"]*)\"|(\\S+)");
  private static final Pattern TO_BACKGROUND = Pattern.compile("(.*) &(\\w+)");
  private static final Pattern OF_BACKGROUND = Pattern.compile("(\\w+): (\\w+) ?(.*)");
  private static final Pattern MEMBER =
      Pattern.compile("(\\w+), started, (\\w+), http://(\\S+), http://(\\S+), false");

  private final Path directory;
  private final CtlWords words = new CtlWords();
  private final Map<String, CtlProcess> background = new HashMap<>();

  /** Learns who the members are, and has the first of them lead. */
  CtlSide(Path directory, int size, String endpoint) throws Exception {
    this.directory = directory;
    List<MatchResult> members = List.of();
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (members.size() < size) {
      assertThat(System.nanoTime()).as("all members are started in a minute").isLessThan(deadline);
      members = membersOf(endpoint);
    }
    for (int i = 1; i <= size; i++) {
      MatchResult member = members.get(i - 1);
      words.learnId("id" + i, Long.parseUnsignedLong(member.group(1), 16));
      words.learn("name" + i, member.group(2));
      words.learn("peer" + i, member.group(3));
      words.learn("client" + i, member.group(4));
    }
    words.learn("all", String.join(",", members.stream().map(member -> member.group(4)).toList()));
    words.learn("filler", "filler".repeat(FILLER_BYTES / 6));
    String json =
        CtlProcess.run(directory, "--endpoints=" + endpoint, "member", "list", "-w=json").out();
    words.learnId("cluster", Long.parseUnsignedLong(number("cluster_id", json)));
    while (!isLed()) {
      assertThat(System.nanoTime()).as("{id1} leads in a minute").isLessThan(deadline);
      CtlProcess.run(
          directory, "--endpoints=" + words.value("all"), "move-leader", words.value("id1"));
    }
  }

  private List<MatchResult> membersOf(String endpoint) throws Exception {
    String list = CtlProcess.run(directory, "--endpoints=" + endpoint, "member", "list").out();
    return MEMBER
        .matcher(list)
        .results()
        .sorted(Comparator.comparing((MatchResult m) -> String.format("%16s", m.group(1))))
        .toList();
  }

  private boolean isLed() throws Exception {
    Said status =
        CtlProcess.run(
            directory, "--endpoints=" + words.value("all"), "endpoint", "status", "-w=json");
    Matcher leaders = Pattern.compile("\"leader\":(\\d+)").matcher(status.out());
    long led = leaders.results().filter(m -> m.group(1).equals(words.value("id1#"))).count();
    return led == words.value("all").split(",").length;
  }

  private static String number(String field, String json) {
    Matcher matcher = Pattern.compile("\"" + field + "\":(\\d+)").matcher(json);
    assertThat(matcher.find()).as("%s in %s", field, json).isTrue();
    return matcher.group(1);
  }

  /** A name for what only this side knows. */
  void learn(String name, String value) {
    words.learn(name, value);
  }

  /** What the command said, as scripts write it. */
  List<String> run(Step step) throws Exception {
    if (!step.command().startsWith("$ ")) {
      return goOn(step);
    }
    String line = step.command().substring(2);
    if (!line.startsWith("-w * ")) {
      return runOnce(line, step.input());
    }
    List<String> all = new ArrayList<>();
    for (String format : FORMATS) {
      all.add("  " + format);
      all.addAll(runOnce("-w " + format + line.substring("-w *".length()), step.input()));
    }
    return all;
  }

  private List<String> runOnce(String line, List<String> input) throws Exception {
    Matcher toBackground = TO_BACKGROUND.matcher(line);
    Optional<String> name =
        toBackground.matches() ? Optional.of(toBackground.group(2)) : Optional.empty();
    List<String> arguments = new ArrayList<>();
    if (!line.contains("--endpoints")) {
      arguments.add("--endpoints=" + words.value("client1"));
    }
    WORD.matcher(name.isPresent() ? toBackground.group(1) : line)
        .results()
        .map(CtlSide::unquoted)
        .map(words::fill)
        .forEach(arguments::add);
    CtlProcess process = new CtlProcess(directory, arguments);
    background.put(name.orElse("foreground"), process);
    process.say(input.stream().map(words::fill).toList(), name.isEmpty());
    return name.isPresent() ? List.of() : show(process.awaitEnd());
  }

  private static String unquoted(MatchResult word) {
    return Stream.of(1, 2, 3).map(word::group).filter(g -> g != null).findFirst().orElseThrow();
  }

  private List<String> goOn(Step step) throws Exception {
    Matcher matcher = OF_BACKGROUND.matcher(step.command());
    assertThat(matcher.matches()).as("%s", step.command()).isTrue();
    CtlProcess process = background.get(matcher.group(1));
    if (process == null) {
      throw new IllegalArgumentException("nothing like that is running: " + step.command());
    }
    switch (matcher.group(2)) {
      case "has" -> words.learnLeases(process.awaitLines(Integer.parseInt(matcher.group(3))));
      case "say" -> process.say(List.of(words.fill(matcher.group(3))), false);
      case "stop" -> process.interrupt();
      case "end" -> process.say(List.of(), true);
      default -> throw new IllegalArgumentException(step.command());
    }
    boolean isEnd = matcher.group(2).matches("stop|end");
    return isEnd ? show(process.awaitEnd()) : List.of();
  }

  private List<String> show(Said said) {
    List<String> lines = new ArrayList<>();
    linesOf(said.out()).forEach(line -> lines.add("  | " + line));
    linesOf(said.err()).forEach(line -> lines.add("  ! " + line));
    if (said.exit() != 0) {
      lines.add("  = " + said.exit());
    }
    return lines;
  }

  private Stream<String> linesOf(String said) {
    return CtlMask.all(words.mask(said)).replace("\0", "\\0").lines();
  }

  @Override
  public void close() {
    background.values().forEach(CtlProcess::close);
  }
}
