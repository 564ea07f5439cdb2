package io.balsa.kv.server;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/** Every flag that etcd has or had, from the resource {@code flags.txt}. Immutable. */
final class FlagTable {
  private static final Map<String, Flag> FLAGS = load();

  /**
   * One flag.
   *
   * @param section the heading that it is listed under
   * @param honoured whether it has an effect; otherwise it is accepted with a warning
   * @param isSwitch whether {@code --name} alone means true
   */
  record Flag(
      String section,
      String name,
      String defaultValue,
      boolean honoured,
      boolean isSwitch,
      String meaning) {}

  private FlagTable() {}

  static Collection<Flag> all() {
    return FLAGS.values();
  }

  static boolean contains(String name) {
    return FLAGS.containsKey(name);
  }

  static Flag get(String name) {
    return Objects.requireNonNull(FLAGS.get(name), name);
  }

  /** What {@code --help} prints: the flags with an effect one by one, the names of the others in a paragraph. */
  static String help() {
    StringBuilder text = new StringBuilder("Usage: balsa [--FLAG VALUE]...\n\n");
    text.append("A member of a replicated key-value store that speaks the etcd v3 API.\n");
    text.append("Every flag --some-flag may also be given as the variable ETCD_SOME_FLAG.\n");
    String section = "";
    for (Flag flag : FLAGS.values()) {
      if (flag.honoured()) {
        if (!flag.section().equals(section)) {
          section = flag.section();
          text.append('\n').append(section).append(":\n");
        }
        String byDefault =
            flag.defaultValue().isEmpty() || flag.isSwitch()
                ? ""
                : " (" + flag.defaultValue() + ")";
        text.append(String.format("  --%-32s %s%s%n", flag.name(), flag.meaning(), byDefault));
      }
    }
    text.append(
        "\nAll other flags of etcd are accepted and have no effect yet; a warning says so.\n");
    return text.toString();
  }

  private static Map<String, Flag> load() {
    Map<String, Flag> flags = new LinkedHashMap<>();
    try (InputStream resource =
            Objects.requireNonNull(FlagTable.class.getResourceAsStream("flags.txt"));
        BufferedReader lines =
            new BufferedReader(new InputStreamReader(resource, StandardCharsets.UTF_8))) {
      String section = "";
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (line.startsWith("# ")) {
          section = line.substring(2);
        } else if (!line.startsWith("#:")) {
          Flag flag = parse(section, line);
          flags.put(flag.name(), flag);
        }
      }
      return flags;
    } catch (IOException e) {
      throw new UncheckedIOException("flags.txt can't be read", e);
    }
  }

  private static Flag parse(String section, String line) {
    String[] cells = line.split("\\|", 4);
    return new Flag(
        section,
        cells[0],
        cells[1],
        cells[2].startsWith("effective"),
        cells[2].endsWith("switch"),
        cells[3]);
  }
}
