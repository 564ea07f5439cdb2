package io.balsa.examples.cluster;

import io.balsa.examples.process.Installation;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** {@code --dir}: which cluster a command means. */
final class DirOption {
  @Option(
      names = "--dir",
      paramLabel = "DIR",
      description = "Where the cluster's state, data and logs are (default: .balsa/cluster).")
  private @Nullable Path given;

  Path path() {
    Path dir =
        Optional.ofNullable(given)
            .orElseGet(() -> Installation.rootDir().resolve(".balsa").resolve("cluster"));
    return dir.toAbsolutePath().normalize();
  }
}
