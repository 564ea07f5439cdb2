package io.balsa.examples.history;

import io.balsa.raft.testkit.checker.HistoryFormatException;
import io.balsa.raft.testkit.checker.Limits;
import io.balsa.raft.testkit.checker.LinearizabilityChecker;
import io.balsa.raft.testkit.checker.Model;
import io.balsa.raft.testkit.checker.Timeline;
import io.balsa.raft.testkit.checker.Verdict;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The command line of {@code examples/bin/check-history}. */
@Command(
    name = "check-history",
    description = {
      "Judges whether histories are linearizable: whether one order of the operations, each between its call and its return,"
          + " explains every answer. Prints FILE<TAB>valid, invalid or unknown for each file; why a history is invalid goes to"
          + " standard error.",
      "",
      "A file is EDN, one event a line or one vector around all, or JSON lines if its name ends with .jsonl."
    },
    usageHelpWidth = 100,
    mixinStandardHelpOptions = true,
    version = "Balsa 0.1.0-SNAPSHOT",
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:every history is valid",
      "1:some history is invalid",
      "2:none is invalid, but for some the time or the memory did not suffice",
      "3:some file can't be read; the others were judged all the same",
      "64:the command line makes no sense"
    })
public final class CheckHistoryMain implements Callable<Integer> {
  private static final int INVALID = 1;
  private static final int UNKNOWN = 2;
  private static final int UNREADABLE = 3;
  private static final int USAGE = 64;

  @Option(
      names = "--model",
      required = true,
      paramLabel = "MODEL",
      description =
          "register, cas-register, strict-cas-register, multi-register, mutex or etcd-kv.")
  private String model = "";

  @Option(
      names = "--initial",
      paramLabel = "EDN",
      description =
          "What the register holds in the beginning (nil; strict-cas-register: :absent); of a multi-register, a map"
              + " or one value for every key.")
  private @Nullable String initial;

  @Option(
      names = "--independent",
      description = "Every value is [key value], and each key is judged alone.")
  private boolean independent;

  @Option(
      names = "--timeout",
      paramLabel = "SECONDS",
      description = "How long to search, for each file (60).")
  private double timeoutSeconds = 60;

  @Option(
      names = "--report",
      paramLabel = "DIR",
      description =
          "Writes a timeline of each invalid history there, as a page to read in a browser.")
  private @Nullable Path report;

  @Parameters(arity = "1..*", paramLabel = "FILE", description = "Histories.")
  private List<String> files = new ArrayList<>();

  @Spec private CommandSpec command = CommandSpec.create();

  private CheckHistoryMain() {}

  public static void main(String[] args) {
    System.exit(commandLine().execute(args));
  }

  /** Runs one command line and returns its exit code. */
  static int execute(PrintWriter out, PrintWriter err, String... args) {
    return commandLine().setOut(out).setErr(err).execute(args);
  }

  private static CommandLine commandLine() {
    CommandLine line = new CommandLine(new CheckHistoryMain());
    line.setParameterExceptionHandler(
        (exception, args) -> {
          line.getErr()
              .println("check-history: " + exception.getMessage() + "; see check-history --help");
          return USAGE;
        });
    return line;
  }

  @Override
  public Integer call() throws IOException {
    Model chosen = model();
    if (!(timeoutSeconds > 0 && timeoutSeconds < 1e9)) {
      throw new ParameterException(command.commandLine(), "--timeout must be more than 0 seconds");
    }
    if (report != null) {
      Files.createDirectories(report);
    }
    Limits limits = Limits.within(Duration.ofMillis((long) Math.ceil(timeoutSeconds * 1_000)));
    List<Integer> codes = new ArrayList<>();
    for (String file : files) {
      codes.add(judge(chosen, file, limits));
      command.commandLine().getOut().flush();
    }
    for (int code : List.of(UNREADABLE, INVALID, UNKNOWN)) {
      if (codes.contains(code)) {
        return code;
      }
    }
    return 0;
  }

  private Model model() {
    Model.Kind kind =
        Model.Kind.of(model)
            .orElseThrow(
                () ->
                    new ParameterException(
                        command.commandLine(),
                        "--model "
                            + model
                            + " isn't known, only "
                            + Arrays.stream(Model.Kind.values())
                                .map(Model.Kind::label)
                                .collect(Collectors.joining(", "))));
    Model chosen = Model.of(kind);
    if (initial != null) {
      try {
        chosen = LinearizabilityChecker.beginningWithEdn(chosen, initial);
      } catch (RuntimeException e) {
        throw new ParameterException(command.commandLine(), "--initial: " + e.getMessage(), e);
      }
    }
    return independent ? chosen.judgedPerKey() : chosen;
  }

  private int judge(Model chosen, String file, Limits limits) throws IOException {
    PrintWriter out = command.commandLine().getOut();
    PrintWriter err = command.commandLine().getErr();
    Verdict verdict;
    try {
      verdict = LinearizabilityChecker.check(chosen, Path.of(file), limits);
    } catch (HistoryFormatException e) {
      err.println(
          file + (e.line().isPresent() ? ":" + e.line().getAsInt() : "") + ": " + e.reason());
      return UNREADABLE;
    } catch (NoSuchFileException e) {
      err.println(file + ": there is no such file");
      return UNREADABLE;
    } catch (IOException e) {
      err.println(file + ": can't be read: " + e.getMessage());
      return UNREADABLE;
    }
    out.println(file + "\t" + verdict.word());
    if (verdict instanceof Verdict.Unknown unknown) {
      err.println(file + ": out of " + unknown.reason() + " before there was a verdict");
      return UNKNOWN;
    }
    if (verdict instanceof Verdict.Invalid invalid) {
      out.flush();
      err.print(file + ": " + invalid);
      if (report != null) {
        err.println("  timeline: " + write(report, file, invalid));
      }
      err.flush();
      return INVALID;
    }
    return 0;
  }

  /** Files of the same name don't take each other's place. */
  private static Path write(Path directory, String file, Verdict.Invalid invalid)
      throws IOException {
    String name = String.valueOf(Path.of(file).getFileName());
    Path page = directory.resolve(name + ".html");
    for (int i = 2; Files.exists(page); i++) {
      page = directory.resolve(name + "-" + i + ".html");
    }
    return Files.writeString(page, Timeline.html(name, invalid));
  }
}
