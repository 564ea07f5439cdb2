package io.balsa.examples.bench.report;

import io.balsa.examples.process.Trees;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** {@code --dir}: the disk that is measured. */
public final class ScratchOption {
  @Option(
      names = "--dir",
      paramLabel = "DIR",
      description =
          "On the disk to measure: where logs are written, and deleted (a temporary directory).")
  private @Nullable Path dir;

  /** A directory for that benchmark alone, which deletes it in the end. */
  public Path directory(String bench) {
    return dir == null ? Trees.temporary("balsa-" + bench + "-") : dir.resolve(bench);
  }
}
