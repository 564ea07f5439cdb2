package io.balsa.examples.simulate;

import io.balsa.examples.process.ExampleException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the last hunt for a bug found, as {@code docs/testing.md} tells it: nobody wants to hunt all bugs to read the list.
 *
 * @param foundBy the property that was broken
 * @param seeds how many seeds it took, counted from 1
 */
record HuntRecord(String foundBy, String seeds) {
  static final HuntRecord NONE = new HuntRecord("?", "?");

  private static final Pattern ROW =
      Pattern.compile("\\| `(\\w+)` \\| [^|]* \\| ([^|]*) \\| ([^|]*) \\|");

  /** By the bug's name. */
  static Map<String, HuntRecord> read(Path root) {
    Map<String, HuntRecord> records = new TreeMap<>();
    try {
      for (String line : Files.readAllLines(root.resolve("docs/testing.md"))) {
        Matcher row = ROW.matcher(line);
        if (row.matches()) {
          records.put(row.group(1), new HuntRecord(row.group(2).strip(), row.group(3).strip()));
        }
      }
      return records;
    } catch (IOException e) {
      throw new ExampleException("docs/testing.md can't be read: " + e.getMessage(), e);
    }
  }
}
