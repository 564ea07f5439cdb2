package io.balsa.kv.server;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/**
 * What was said on the command line and in the environment: etcd's flags by their names, as text. Immutable.
 *
 * <p>A flag wins over its variable ({@code --data-dir} over {@code ETCD_DATA_DIR}), and that over the default.
 */
final class Flags {
  private static final String ENV_PREFIX = "ETCD_";
  private static final String EXPERIMENTAL = "experimental-";

  /** Orders, not settings: container images like to say ETCD_VERSION. */
  private static final Set<String> COMMANDS = Set.of("version", "help");

  private final SortedMap<String, String> given;
  private final List<String> warnings;

  private Flags(SortedMap<String, String> given, List<String> warnings) {
    this.given = given;
    this.warnings = warnings;
  }

  /** A command line that can't be understood. The message is one line. */
  static final class UsageException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    UsageException(String message) {
      super(message);
    }
  }

  /**
   * @throws UsageException for an unknown flag, or one without its value
   */
  static Flags parse(List<String> args, SortedMap<String, String> environment) {
    SortedMap<String, String> given = new TreeMap<>();
    List<String> warnings = new ArrayList<>();
    readEnvironment(environment, given, warnings);
    readCommandLine(args, given);
    given.keySet().stream()
        .map(FlagTable::get)
        .filter(flag -> !flag.honoured())
        .forEach(flag -> warnings.add("--" + flag.name() + " is accepted but has no effect yet"));
    return new Flags(given, List.copyOf(warnings));
  }

  private static void readEnvironment(
      SortedMap<String, String> environment,
      SortedMap<String, String> given,
      List<String> warnings) {
    environment.forEach(
        (variable, value) -> {
          if (variable.startsWith(ENV_PREFIX)) {
            String name =
                variable.substring(ENV_PREFIX.length()).toLowerCase(Locale.ROOT).replace('_', '-');
            if (FlagTable.contains(name) && !COMMANDS.contains(name)) {
              given.put(canonical(name), value);
            } else {
              warnings.add("unknown environment variable " + variable);
            }
          }
        });
  }

  private static void readCommandLine(List<String> args, SortedMap<String, String> given) {
    CommandLine parser = new CommandLine(spec());
    parser.setPosixClusteredShortOptionsAllowed(false).setOverwrittenOptionsAllowed(true);
    ParseResult result;
    try {
      result = parser.parseArgs(args.toArray(String[]::new));
    } catch (CommandLine.ParameterException e) {
      throw new UsageException(oneLine(String.valueOf(e.getMessage())));
    }
    result
        .matchedOptions()
        .forEach(
            option -> given.put(canonical(option.longestName().substring(2)), option.getValue()));
  }

  /** Flags that became stable under their name without the prefix keep their older spelling. */
  private static String canonical(String name) {
    String stable = name.startsWith(EXPERIMENTAL) ? name.substring(EXPERIMENTAL.length()) : name;
    return FlagTable.contains(stable) ? stable : name;
  }

  private static CommandSpec spec() {
    CommandSpec spec = CommandSpec.create().name("balsa");
    for (FlagTable.Flag flag : FlagTable.all()) {
      OptionSpec.Builder option =
          OptionSpec.builder("--" + flag.name(), "-" + flag.name())
              .type(String.class)
              .paramLabel(flag.isSwitch() ? "true|false" : "VALUE")
              .description(flag.meaning());
      spec.addOption(
          flag.isSwitch()
              ? option.arity("0..1").fallbackValue("true").build()
              : option.arity("1").build());
    }
    return spec;
  }

  private static String oneLine(String message) {
    return message.lines().findFirst().orElse("the command line can't be understood");
  }

  /** The value of a flag, as it was given or by default. */
  String get(String name) {
    return given(name).orElseGet(() -> FlagTable.get(name).defaultValue());
  }

  /** The value of a flag that was given and isn't empty. */
  Optional<String> given(String name) {
    return Optional.ofNullable(given.get(name)).filter(value -> !value.isEmpty());
  }

  boolean isOn(String name) {
    String value = get(name);
    return switch (value.toLowerCase(Locale.ROOT)) {
      case "true", "1", "t" -> true;
      case "", "false", "0", "f" -> false;
      default -> throw new UsageException("--" + name + " is true or false, not '" + value + "'");
    };
  }

  /** Things that the operator should know, but that don't keep the server from starting. */
  List<String> warnings() {
    return warnings;
  }
}
