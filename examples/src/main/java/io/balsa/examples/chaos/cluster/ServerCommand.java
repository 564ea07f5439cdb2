package io.balsa.examples.chaos.cluster;

import io.balsa.examples.process.ExampleException;
import io.balsa.examples.process.Installation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * How a server is started: what stands before its flags. Immutable.
 *
 * @param words a program, and perhaps arguments
 */
public record ServerCommand(List<String> words) {
  private static final String BUGGY_MAIN = "io.balsa.kv.server.BuggyMain";

  public ServerCommand {
    words = List.copyOf(words);
  }

  /** The server as it is. */
  public static ServerCommand sound(Installation home) {
    return new ServerCommand(List.of(home.server().toString()));
  }

  /**
   * A server with a planted bug, which is in the tests jar of kvstore.
   *
   * @param bug its name, such as {@code reply-before-fsync}
   * @throws ExampleException if that jar isn't there
   */
  public static ServerCommand withBug(Installation home, String bug) {
    Path jars = home.root().resolve("examples/target/dist/lib");
    Path server = home.root().resolve("kvstore/target/dist/lib");
    String classPath = server + "/*:" + testsJar(jars);
    String script =
        "exec java -Xmx$BALSA_HEAP -XX:+ExitOnOutOfMemoryError $JAVA_OPTS -cp \"$0\" \"$@\"";
    String name = bug.toUpperCase(Locale.ROOT).replace('-', '_');
    return new ServerCommand(List.of("sh", "-c", script, classPath, BUGGY_MAIN, name));
  }

  private static Path testsJar(Path dir) {
    try (Stream<Path> jars = Files.list(dir)) {
      return jars.filter(jar -> jar.getFileName().toString().matches("kvstore-.*-tests\\.jar"))
          .findFirst()
          .orElseThrow(() -> new ExampleException("no tests jar of kvstore is in " + dir));
    } catch (IOException e) {
      throw new ExampleException("can't look into " + dir + ": " + e, e);
    }
  }
}
