package io.balsa.kv.ctl;

import io.balsa.kv.state.KvStateConfig;
import io.balsa.kv.state.StateFiles;
import io.balsa.raft.model.EntryId;
import io.balsa.raft.model.GroupId;
import io.balsa.raft.spi.LogAudit;
import io.balsa.raft.spi.LogAudit.Finding;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code balsactl log repair}. */
@Command(
    name = "repair",
    description =
        "Makes a damaged log usable again, if nothing is lost by it; else says what can be done.",
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "Nothing is lost when every damaged entry is in the member's state already: the log then begins behind it. A tail that a",
      "crash tore needs no repair, the next start cuts it off. The damaged log is kept beside, as log.damaged-N.",
      "",
      "Where entries would be lost, the cure is another: while a majority of the other members runs, remove this member",
      "(etcdctl member remove), delete its data directory and add it anew; it gets everything from them. Only if there is no",
      "majority any more, --lose-what-follows cuts the log at the damage. What was acknowledged behind it may be lost then,",
      "for the whole cluster, and so may the memory of a vote."
    })
final class LogRepairCommand implements Callable<Integer> {
  @Parameters(paramLabel = "DIR", description = "A stopped member's data directory, or its log's.")
  private Path dir = Path.of("");

  @Option(
      names = "--lose-what-follows",
      description = "Cut the log at the damage, and lose acknowledged entries if it must be.")
  private boolean loseWhatFollows;

  @Spec private CommandSpec command = CommandSpec.create();

  @Override
  public Integer call() throws IOException {
    PrintWriter out = command.commandLine().getOut();
    try (StoppedLog log = StoppedLog.at(dir)) {
      try (LogAudit audit = log.audit()) {
        LogCheck check = LogCheck.of(audit);
        check.findings().forEach(finding -> tell(out, finding));
        if (!check.isDamaged()) {
          out.println("Nothing to repair: the log in " + log.directory() + " is in order");
          return BalsaCtl.DONE;
        }
        rebuild(log, audit, check, out);
      }
      try (LogAudit repaired = log.audit()) {
        if (LogCheck.of(repaired).isDamaged()) {
          throw new CtlException(
              "the log that was made in " + log.directory() + " can't be read back");
        }
      }
    }
    return BalsaCtl.DONE;
  }

  private static void tell(PrintWriter out, Finding finding) {
    out.println((finding.damage() ? "DAMAGED: " : "note: ") + finding.what());
  }

  private void rebuild(StoppedLog log, LogAudit audit, LogCheck check, PrintWriter out)
      throws IOException {
    if (check.groups().isEmpty()) {
      throw new CtlException(
          "nothing can be read of the log in "
              + log.directory()
              + ": remove this member and add it anew, or restore the cluster from a snapshot");
    }
    EntryId applied =
        log.state().isPresent()
            ? StateFiles.applied(log.state().get(), KvStateConfig.DEFAULT)
            : EntryId.ZERO;
    LogRebuild rebuild = new LogRebuild(audit, applied);
    Map<GroupId, LogRebuild.Plan> plans = new TreeMap<>();
    boolean loses = audit.findings().stream().anyMatch(Finding::damage);
    for (Map.Entry<GroupId, LogCheck.Group> group : check.groups().entrySet()) {
      LogRebuild.Plan plan = rebuild.plan(group.getKey(), group.getValue());
      plans.put(group.getKey(), plan);
      loses |= plan.lost() > 0;
      if (applied.index() > plan.last()) {
        throw new CtlException(
            "the state holds entries through "
                + applied.index()
                + ", and what can be read of the log ends at "
                + plan.last()
                + ": no part of the log would fit it. Remove this member and add it anew, or restore the cluster from a"
                + " snapshot");
      }
    }
    if (loses && !loseWhatFollows) {
      throw new CtlException(
          "the log can't be repaired without loss. Nothing was written: remove this member and add it anew, or see"
              + " --lose-what-follows in 'balsactl log repair --help'");
    }
    Path fresh = rebuild.write(log.directory(), log.isFileLog(), plans);
    Path kept = LogRebuild.swap(log.directory(), fresh);
    for (Map.Entry<GroupId, LogRebuild.Plan> plan : plans.entrySet()) {
      out.println(
          plan.getKey()
              + ": the log begins after "
              + plan.getValue().base().last()
              + " and ends at "
              + plan.getValue().last()
              + (loses ? "; what followed is lost" : "; nothing is lost"));
    }
    out.println("The damaged log is kept in " + kept);
  }
}
