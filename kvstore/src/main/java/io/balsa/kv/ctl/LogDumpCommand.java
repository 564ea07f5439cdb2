package io.balsa.kv.ctl;

import io.balsa.raft.model.Entry;
import io.balsa.raft.model.GroupId;
import io.balsa.raft.model.RestoredState;
import io.balsa.raft.model.StorageException;
import io.balsa.raft.spi.LogAudit;
import io.balsa.raft.spi.LogAudit.Finding;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code balsactl log dump}. */
@Command(
    name = "dump",
    description = "Lists the entries of a log with what they say, a line each. Writes nothing.",
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "In JSON it is an object for each entry, one on a line. An entry that can't be read is told in its place, and the",
      "exit code is 1 then. Values aren't shown, only their sizes."
    })
final class LogDumpCommand implements Callable<Integer> {
  private static final long PIECE_BYTES = 1 << 20;
  private static final String LINE = "%-10s %-8s %-11s %-9s %s%n";

  @Parameters(paramLabel = "DIR", description = "A stopped member's data directory, or its log's.")
  private Path dir = Path.of("");

  @Option(
      names = "--from",
      paramLabel = "INDEX",
      description = "The first entry to show; by default the first there is.")
  private long from = 0;

  @Option(
      names = "--to",
      paramLabel = "INDEX",
      description = "The last entry to show; by default the last there is.")
  private long to = Long.MAX_VALUE - 1;

  @Option(names = "--limit", paramLabel = "N", description = "How many entries to show at most.")
  private long limit = Long.MAX_VALUE;

  @Option(
      names = "--group",
      paramLabel = "N",
      description = "Whose entries, where a log has several groups (${DEFAULT-VALUE}).")
  private long group = 0;

  @Mixin private Output output = new Output();

  @Spec private CommandSpec command = CommandSpec.create();

  private long shown;
  private boolean damaged;

  @Override
  public Integer call() throws IOException {
    try (StoppedLog log = StoppedLog.at(dir);
        LogAudit audit = log.audit()) {
      RestoredState found = audit.groups().get(GroupId.of(group));
      if (found != null) {
        dump(audit, found);
      } else if (audit.findings().isEmpty()) {
        throw new CtlException(log.directory() + " has no group " + group);
      }
      for (Finding finding : audit.findings()) {
        damaged |= finding.damage();
        command.commandLine().getErr().println(finding.what());
      }
    }
    return damaged ? BalsaCtl.FAILED : BalsaCtl.DONE;
  }

  private void dump(LogAudit audit, RestoredState log) {
    PrintWriter out = command.commandLine().getOut();
    if (!output.isJson()) {
      out.printf(Locale.ROOT, LINE, "INDEX", "TERM", "TYPE", "BYTES", "WHAT");
    }
    long next = Math.max(from, log.base().index() + 1);
    long last = Math.min(to, log.lastIndex());
    while (next <= last && shown < limit) {
      try {
        List<Entry> piece = audit.read(GroupId.of(group), next, last + 1, PIECE_BYTES);
        piece.stream().limit(limit - shown).forEach(entry -> print(out, entry));
        shown += piece.size();
        next += piece.size();
      } catch (StorageException e) {
        print(out, next, String.valueOf(e.getMessage()));
        shown++;
        next++;
      }
    }
    out.flush();
  }

  private void print(PrintWriter out, Entry entry) {
    EntryText text = EntryText.of(entry);
    if (output.isJson()) {
      Map<String, Object> fields = new LinkedHashMap<>();
      fields.put("index", entry.index());
      fields.put("term", entry.term());
      fields.put("type", text.type());
      fields.put("bytes", entry.payload().size());
      fields.put("what", text.what());
      out.println(Output.json(fields));
    } else {
      out.printf(
          Locale.ROOT,
          LINE,
          entry.index(),
          entry.term(),
          text.type(),
          entry.payload().size(),
          text.what());
    }
  }

  private void print(PrintWriter out, long index, String damage) {
    damaged = true;
    if (output.isJson()) {
      Map<String, Object> fields = new LinkedHashMap<>();
      fields.put("index", index);
      fields.put("damaged", damage);
      out.println(Output.json(fields));
    } else {
      out.printf(Locale.ROOT, LINE, index, "-", "DAMAGED", "-", damage);
    }
  }
}
