package io.balsa.raft.testkit.scenario;

import io.balsa.raft.model.NodeId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * A line of a scenario: a verb, words, and options of the form {@code name=value}. A quoted word keeps its spaces and isn't
 * an option.
 */
record Command(
    String verb, List<String> words, SortedMap<String, String> options, boolean quietly) {

  static Command parse(String line) {
    List<String> words = new ArrayList<>();
    SortedMap<String, String> options = new TreeMap<>();
    int at = 0;
    while (at < line.length()) {
      char first = line.charAt(at);
      if (first == ' ') {
        at++;
      } else if (first == '"') {
        int end = line.indexOf('"', at + 1);
        require(end > 0, "no closing quote in: " + line);
        words.add(line.substring(at + 1, end));
        at = end + 1;
      } else {
        int space = line.indexOf(' ', at);
        int end = space < 0 ? line.length() : space;
        addWord(line.substring(at, end), words, options);
        at = end;
      }
    }
    require(!words.isEmpty(), "no verb in: " + line);
    boolean quietly = words.remove("quietly");
    return new Command(words.get(0), List.copyOf(words.subList(1, words.size())), options, quietly);
  }

  private static void addWord(String word, List<String> words, SortedMap<String, String> options) {
    int equals = word.indexOf('=');
    if (equals < 0) {
      words.add(word);
    } else {
      options.put(word.substring(0, equals), word.substring(equals + 1));
    }
  }

  String word(int position) {
    require(position < words.size(), verb + " needs more words");
    return words.get(position);
  }

  boolean hasWord(String word) {
    return words.contains(word);
  }

  /** The nodes that an option lists; none without it. */
  SortedSet<NodeId> nodes(String name) {
    SortedSet<NodeId> nodes = new TreeSet<>();
    option(name)
        .ifPresent(names -> Arrays.stream(names.split(",")).map(NodeId::of).forEach(nodes::add));
    return nodes;
  }

  Optional<String> option(String name) {
    return Optional.ofNullable(options.get(name));
  }

  static void require(boolean condition, String explanation) {
    if (!condition) {
      throw new IllegalArgumentException(explanation);
    }
  }
}
