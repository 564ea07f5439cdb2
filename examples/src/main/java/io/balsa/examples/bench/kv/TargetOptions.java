package io.balsa.examples.bench.kv;

import io.balsa.examples.bench.report.Report;
import io.balsa.examples.process.Programs;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;

/** {@code --target}: whom to measure. */
public final class TargetOptions {
  @Option(
      names = "--target",
      paramLabel = "T",
      description =
          "balsa, etcd, or (for kv only) HOST:PORT,HOST:PORT,… of a cluster that runs; may be repeated (balsa, and etcd where"
              + " it is installed).")
  private List<String> targets = new ArrayList<>();

  /** The targets that the user named; else ours, and etcd where it is installed. */
  public List<String> chosen(Report report) {
    if (!targets.isEmpty()) {
      return targets;
    }
    if (Programs.onPath(Subject.ETCD).isPresent()) {
      return List.of(Subject.BALSA, Subject.ETCD);
    }
    report.say("etcd isn't installed (Debian: etcd-server): ours alone, without ratios");
    return List.of(Subject.BALSA);
  }
}
