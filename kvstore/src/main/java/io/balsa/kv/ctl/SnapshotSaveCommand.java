package io.balsa.kv.ctl;

import io.balsa.kv.backup.SnapshotDownload;
import io.balsa.kv.proto.MaintenanceGrpc;
import io.balsa.kv.proto.SnapshotRequest;
import io.balsa.kv.proto.SnapshotResponse;
import io.grpc.Context;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code balsactl snapshot save}. */
@Command(
    name = "save",
    description = "Saves what one member holds into a file; the member goes on serving.",
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "The file gets its name when it is whole, compared with its hash, and on the disk; an older one of the name is",
      "replaced. 'etcdctl snapshot save' makes the same file."
    })
final class SnapshotSaveCommand implements Callable<Integer> {
  private static final long PROGRESS_BYTES = 64 << 20;

  @Parameters(paramLabel = "FILE", description = "Where to save it.")
  private Path file = Path.of("");

  @Mixin private Endpoint endpoint = new Endpoint();
  @Mixin private Output output = new Output();

  @Spec private CommandSpec command = CommandSpec.create();

  @Override
  public Integer call() throws IOException {
    List<String> failures = new ArrayList<>();
    for (String member : endpoint.all()) {
      try {
        long bytes = save(member);
        failures.forEach(command.commandLine().getErr()::println);
        print(member, bytes);
        return BalsaCtl.DONE;
      } catch (StatusRuntimeException e) {
        failures.add(member + ": " + e.getStatus().getDescription());
      }
    }
    throw new CtlException(
        "no endpoint gave a snapshot, nothing was saved: " + String.join("; ", failures));
  }

  private long save(String member) throws IOException {
    ManagedChannel channel = Endpoint.connect(member);
    Context.CancellableContext call = Context.current().withCancellation();
    Context before = call.attach();
    try (SnapshotDownload download = SnapshotDownload.to(file)) {
      Iterator<SnapshotResponse> pieces =
          MaintenanceGrpc.newBlockingStub(endpoint.authenticated(channel))
              .snapshot(SnapshotRequest.getDefaultInstance());
      long told = 0;
      while (pieces.hasNext()) {
        SnapshotResponse piece = pieces.next();
        download.write(piece.getBlob().asReadOnlyByteBuffer());
        if (download.bytes() - told >= PROGRESS_BYTES) {
          told = download.bytes();
          progress(told, told + piece.getRemainingBytes());
        }
      }
      download.finish();
      return download.bytes();
    } finally {
      call.detach(before);
      call.cancel(null); // the member gives its disk back
      channel.shutdownNow();
    }
  }

  private void progress(long done, long all) {
    command
        .commandLine()
        .getErr()
        .println(Output.bytes(done) + " of " + Output.bytes(all) + " saved");
  }

  private void print(String member, long bytes) {
    PrintWriter out = command.commandLine().getOut();
    if (output.isJson()) {
      Map<String, Object> fields = new LinkedHashMap<>();
      fields.put("file", file.toString());
      fields.put("endpoint", member);
      fields.put("bytes", bytes);
      out.println(Output.json(fields));
    } else {
      out.println("Snapshot of " + member + " saved at " + file + " (" + Output.bytes(bytes) + ")");
    }
  }
}
