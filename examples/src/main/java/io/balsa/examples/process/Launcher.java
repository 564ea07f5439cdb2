package io.balsa.examples.process;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Starts members: in the background, output appended to the member's log file. Thread-safe. */
public final class Launcher {
  private final Path server;

  public Launcher(Path server) {
    this.server = server;
  }

  /**
   * Starts the member and returns at once, before it is ready.
   *
   * @throws ExampleException if the executable can't be run
   */
  public Process start(ClusterSpec cluster, MemberSpec member) {
    return start(member, cluster.command(server, member), Map.of());
  }

  /** As {@link #start(ClusterSpec, MemberSpec)}, with a command line and additions to the environment of the caller's own. */
  public static Process start(
      MemberSpec member, List<String> command, Map<String, String> environment) {
    try {
      Files.createDirectories(member.dir());
      ProcessBuilder builder = new ProcessBuilder(command);
      builder.environment().putAll(environment);
      builder.redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")));
      builder.redirectErrorStream(true);
      builder.redirectOutput(ProcessBuilder.Redirect.appendTo(member.logFile().toFile()));
      return builder.start();
    } catch (IOException e) {
      throw new ExampleException("can't start " + command.get(0) + ": " + e.getMessage(), e);
    }
  }
}
