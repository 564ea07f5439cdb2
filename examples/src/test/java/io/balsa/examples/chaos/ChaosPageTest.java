package io.balsa.examples.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import io.balsa.examples.chaos.fault.Fault;
import io.balsa.examples.chaos.fault.Faults;
import io.balsa.examples.process.Installation;
import io.balsa.kv.failpoint.KvFailpoint;
import io.balsa.raft.failpoint.Failpoint;
import io.balsa.raft.failpoint.RaftFailpoint;
import io.balsa.raft.storage.rocksdb.RocksFailpoint;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Whether docs/testing.md tells of everything that chaos can do. */
final class ChaosPageTest {

  private static String page() throws IOException {
    return Files.readString(Installation.rootDir().resolve("docs/testing.md"));
  }

  @Test
  void everyFailpointIsThereWithItsMeaning() throws IOException {
    List<String> rows =
        Stream.<Failpoint[]>of(
                RaftFailpoint.values(), RocksFailpoint.values(), KvFailpoint.values())
            .flatMap(Stream::of)
            .map(point -> "| `" + point.name() + "` | " + point.meaning() + " |")
            .toList();
    assertThat(rows).hasSizeGreaterThanOrEqualTo(30).doesNotHaveDuplicates();
    assertThat(page()).contains(rows);
  }

  @Test
  void everyKindOfFaultIsThere() throws IOException {
    List<String> names =
        Faults.all().stream().map(Fault::name).map(name -> "`" + name + "`").toList();
    assertThat(names).doesNotHaveDuplicates();
    assertThat(page()).contains(names);
  }

  @Test
  void everyWorkloadIsThere() throws IOException {
    for (WorkloadKind workload : WorkloadKind.values()) {
      assertThat(page()).contains(workload.name().toLowerCase(java.util.Locale.ROOT));
    }
  }
}
