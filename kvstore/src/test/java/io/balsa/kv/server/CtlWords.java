package io.balsa.kv.server;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What one cluster calls its own, and the names that scripts use for it: <code>{id1}</code> is the member with the
 * smallest id, <code>{name1}</code>, <code>{client1}</code> and <code>{peer1}</code> are its too; leases are counted as
 * they are granted. A decimal id has a <code>#</code>: <code>{id1#}</code>. Only what a cluster is known to call its own
 * is replaced: any other number must be the same everywhere. One thread.
 */
final class CtlWords {
  private static final Pattern NAME = Pattern.compile("\\{(\\w+#?)}");

  /** Where leases show up for the first time: of "lease grant" in three formats, and of the keys of locks. */
  private static final List<Pattern> NEW_LEASES =
      List.of(
          Pattern.compile("lease ([0-9a-f]{16}) granted"),
          Pattern.compile("\"ID\":(\\d+),\"TTL\""),
          Pattern.compile("\"ID\" : (\\d+)\n\"TTL\" : \\d+\n(?!\"Granted)"),
          Pattern.compile("(?m)^\\w+/([0-9a-f]{12,16})$"),
          Pattern.compile("\"\\w+/([0-9a-f]{12,16})\""));

  private final Map<String, String> valueOfName = new LinkedHashMap<>();
  private final Map<String, String> nameOfValue = new LinkedHashMap<>();
  private int leases;

  void learn(String name, String value) {
    valueOfName.put(name, value);
    nameOfValue.put(value, name);
  }

  void learnId(String name, long id) {
    learn(name, Long.toHexString(id));
    nameOfValue.put(String.format("%016x", id), name);
    learn(name + "#", Long.toUnsignedString(id));
  }

  String value(String name) {
    String value = valueOfName.get(name);
    if (value == null) {
      throw new IllegalArgumentException("{" + name + "} is none of " + valueOfName.keySet());
    }
    return value;
  }

  /** The text with the cluster's own values in place of names. */
  String fill(String text) {
    return NAME.matcher(text).replaceAll(match -> Matcher.quoteReplacement(value(match.group(1))));
  }

  /** The text with names in place of the cluster's own values. */
  String mask(String text) {
    learnLeases(text);
    List<String> values = new ArrayList<>(nameOfValue.keySet());
    values.sort((a, b) -> b.length() - a.length());
    String masked = text;
    for (String value : values) {
      masked =
          masked.replaceAll(
              "(?<![\\w.])" + Pattern.quote(value) + "(?!\\w)",
              Matcher.quoteReplacement("{" + nameOfValue.get(value) + "}"));
    }
    return masked;
  }

  /** The leases that show up in the text are counted on, in this order. */
  void learnLeases(String text) {
    for (Pattern pattern : NEW_LEASES) {
      Matcher found = pattern.matcher(text);
      while (found.find()) {
        if (!nameOfValue.containsKey(found.group(1))) {
          boolean isDecimal = pattern.pattern().startsWith("\"ID");
          long id =
              isDecimal
                  ? Long.parseUnsignedLong(found.group(1))
                  : Long.parseUnsignedLong(found.group(1), 16);
          learnId("lease" + ++leases, id);
        }
      }
    }
  }
}
