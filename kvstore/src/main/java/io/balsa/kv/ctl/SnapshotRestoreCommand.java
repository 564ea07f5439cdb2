package io.balsa.kv.ctl;

import io.balsa.kv.server.RestoredMember;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code balsactl snapshot restore}. */
@Command(
    name = "restore",
    description = "Makes the data directory of one member of a new cluster out of a snapshot.",
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "Do it once for each member, from the same file and with the same --initial-cluster and token; then start the",
      "members with these flags. The new cluster has an id of its own. Keys, leases, users and roles are kept; members and",
      "alarms are not.",
      "",
      "By default the revision is raised by 1,000,000,000 and everything before it counts as compacted. So no revision",
      "that clients have seen is given again for something else, and those that kept one (the watch caches of Kubernetes,",
      "for example) are told to read anew. --bump-revision=0 leaves the revision as it was saved: safe only if no client",
      "remembers anything of the old cluster."
    })
final class SnapshotRestoreCommand implements Callable<Integer> {
  private static final String DEFAULT_URL = "http://localhost:2380";

  @Parameters(paramLabel = "FILE", description = "The snapshot.")
  private Path file = Path.of("");

  @Option(names = "--name", description = "Name of the member (${DEFAULT-VALUE}).")
  private String name = "default";

  @Option(
      names = "--initial-cluster",
      paramLabel = "NAME=URL,...",
      description = "All members of the new cluster: n1=url,n2=url; by default this one alone.")
  private String initialCluster = "";

  @Option(
      names = "--initial-cluster-token",
      paramLabel = "TOKEN",
      description = "Makes the ids of this cluster its own (${DEFAULT-VALUE}).")
  private String token = "etcd-cluster";

  @Option(
      names = "--initial-advertise-peer-urls",
      paramLabel = "URL,...",
      description = "Where the other members reach this one (${DEFAULT-VALUE}).")
  private String advertisePeerUrls = DEFAULT_URL;

  @Option(
      names = "--data-dir",
      paramLabel = "DIR",
      description = "The directory to make; by default NAME.etcd. It must be empty or not there.")
  private Optional<Path> dataDir = Optional.empty();

  @Option(
      names = "--bump-revision",
      paramLabel = "N",
      description = "How much to raise the revision (${DEFAULT-VALUE}).")
  private long bumpRevision = 1_000_000_000;

  @Option(
      names = "--mark-compacted",
      paramLabel = "true|false",
      arity = "0..1",
      fallbackValue = "true",
      description =
          "Whether everything before the raised revision counts as compacted; by default if it is raised.")
  private Optional<Boolean> markCompacted = Optional.empty();

  @Mixin private Output output = new Output();

  @Spec private CommandSpec command = CommandSpec.create();

  @Override
  public Integer call() throws IOException {
    RestoredMember.Result made =
        RestoredMember.restore(
            file,
            new RestoredMember.Order(
                name,
                initialCluster,
                token,
                advertisePeerUrls,
                dataDir,
                bumpRevision,
                markCompacted.orElse(bumpRevision > 0)));
    print(made);
    return BalsaCtl.DONE;
  }

  private void print(RestoredMember.Result made) {
    PrintWriter out = command.commandLine().getOut();
    if (output.isJson()) {
      Map<String, Object> fields = new LinkedHashMap<>();
      fields.put("dataDir", made.dataDir().toString());
      fields.put("clusterId", Long.toHexString(made.clusterId()));
      fields.put("memberId", made.member().toString());
      fields.put("members", made.members());
      fields.put("savedRevision", made.savedRevision());
      fields.put("revision", made.revision());
      out.println(Output.json(fields));
      return;
    }
    out.printf(
        "Restored %s as member %s (%s) of the new cluster %s%n",
        made.dataDir(), name, made.member(), Long.toHexString(made.clusterId()));
    out.printf("Its revision is %d; %d was saved%n", made.revision(), made.savedRevision());
    if (made.members() > 1) {
      out.printf("Restore all %d members from this file before you start them%n", made.members());
    }
  }
}
