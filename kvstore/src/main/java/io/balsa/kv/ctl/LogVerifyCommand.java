package io.balsa.kv.ctl;

import io.balsa.raft.model.GroupId;
import io.balsa.raft.model.NodeId;
import io.balsa.raft.model.RestoredState;
import io.balsa.raft.spi.LogAudit;
import io.balsa.raft.spi.LogAudit.Finding;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code balsactl log verify}. */
@Command(
    name = "verify",
    description =
        "Reads every record and entry of a log and compares it with its checksums. Writes nothing.",
    mixinStandardHelpOptions = true,
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:the log is in order, or ends in a write that a crash tore",
      "1:it is damaged, in use, or no log",
      "2:a command line that can't be understood"
    })
final class LogVerifyCommand implements Callable<Integer> {
  @Parameters(paramLabel = "DIR", description = "A stopped member's data directory, or its log's.")
  private Path dir = Path.of("");

  @Mixin private Output output = new Output();

  @Spec private CommandSpec command = CommandSpec.create();

  @Override
  public Integer call() throws IOException {
    try (StoppedLog log = StoppedLog.at(dir);
        LogAudit audit = log.audit()) {
      LogCheck check = LogCheck.of(audit);
      print(log, check);
      return check.isDamaged() ? BalsaCtl.FAILED : BalsaCtl.DONE;
    }
  }

  private void print(StoppedLog log, LogCheck check) {
    PrintWriter out = command.commandLine().getOut();
    if (output.isJson()) {
      Map<String, Object> fields = new LinkedHashMap<>();
      fields.put("log", log.directory().toString());
      fields.put("kind", log.isFileLog() ? "file" : "rocksdb");
      fields.put("ok", !check.isDamaged());
      fields.put("breaksOff", check.brokeOff());
      fields.put(
          "groups",
          check.groups().entrySet().stream().map(g -> json(g.getKey(), g.getValue())).toList());
      fields.put("findings", check.findings());
      out.println(Output.json(fields));
      return;
    }
    List<List<String>> lines = new ArrayList<>();
    lines.add(
        List.of("GROUP", "STARTS", "TERM", "VOTE", "BEGINS AFTER", "LAST", "ENTRIES", "PAYLOAD"));
    check.groups().forEach((id, group) -> lines.add(cells(id, group)));
    Output.columns(out, lines);
    for (Finding finding : check.findings()) {
      out.println((finding.damage() ? "DAMAGED: " : "note: ") + finding.what());
    }
    if (check.brokeOff()) {
      check
          .groups()
          .forEach(
              (id, group) ->
                  out.println(
                      "The log of " + id + " breaks off behind entry " + group.log().lastIndex()));
    }
    if (!check.isDamaged()) {
      out.println("The log in " + log.directory() + " is in order");
    }
  }

  private static List<String> cells(GroupId id, LogCheck.Group group) {
    RestoredState log = group.log();
    return List.of(
        id.toString(),
        Long.toString(log.incarnation()),
        Long.toString(log.hardState().term()),
        log.hardState().votedFor().map(NodeId::value).orElse("-"),
        log.base().last().toString(),
        Long.toString(log.lastIndex()),
        Long.toString(group.entries()),
        Output.bytes(group.payloadBytes()));
  }

  private static Map<String, Object> json(GroupId id, LogCheck.Group group) {
    RestoredState log = group.log();
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("group", id.value());
    fields.put("starts", log.incarnation());
    fields.put("term", log.hardState().term());
    fields.put("votedFor", log.hardState().votedFor().map(NodeId::value).orElse(""));
    fields.put("baseTerm", log.base().last().term());
    fields.put("baseIndex", log.base().index());
    fields.put("lastIndex", log.lastIndex());
    fields.put("entries", group.entries());
    fields.put("payloadBytes", group.payloadBytes());
    fields.put("firstBadIndex", group.firstBad());
    return fields;
  }
}
