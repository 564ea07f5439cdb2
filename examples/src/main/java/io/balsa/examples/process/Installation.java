package io.balsa.examples.process;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Where the repository and the server that was built in it are. Immutable.
 *
 * @param root the repository's root
 * @param server the executable that is started for each member
 */
public record Installation(Path root, Path server) {
  private static final String SERVER_VARIABLE = "BALSA_SERVER";

  /**
   * Finds what was built. The environment's {@code BALSA_SERVER} may name another server that takes etcd's flags.
   *
   * @throws ExampleException if there is no repository around, or no server in it
   */
  public static Installation find() {
    Path root = rootDir();
    Path server =
        Optional.ofNullable(System.getenv(SERVER_VARIABLE))
            .map(Path::of)
            .orElse(root.resolve("kvstore/target/dist/bin/balsa"));
    if (!Files.isExecutable(server)) {
      throw new ExampleException("there is no server at " + server + ": run ./mvnw package first");
    }
    return new Installation(root, server);
  }

  /** The repository's root, by the launcher's word or by walking up from the working directory. */
  public static Path rootDir() {
    return Optional.ofNullable(System.getProperty("balsa.home"))
        .map(Path::of)
        .orElseGet(Installation::walkUp);
  }

  private static Path walkUp() {
    Path start = Path.of("").toAbsolutePath();
    for (Path dir = start; dir != null; dir = dir.getParent()) {
      if (Files.exists(dir.resolve("kvstore/pom.xml"))) {
        return dir;
      }
    }
    throw new ExampleException("neither " + start + " nor a directory above it is Balsa's");
  }
}
