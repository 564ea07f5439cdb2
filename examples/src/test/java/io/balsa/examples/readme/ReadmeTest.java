package io.balsa.examples.readme;

import static org.assertj.core.api.Assertions.assertThat;

import io.balsa.examples.process.FreePorts;
import io.balsa.examples.process.Installation;
import io.balsa.examples.readme.EmbeddingExample.Counter;
import io.balsa.raft.Outcome;
import io.balsa.raft.RaftNode;
import io.balsa.raft.memory.MemoryLogStore;
import io.balsa.raft.memory.MemoryNetwork;
import io.balsa.raft.memory.MemorySnapshotStore;
import io.balsa.raft.model.NodeId;
import io.balsa.raft.session.SessionResult;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The README's code is the code that is compiled, and it does what the README says. */
class ReadmeTest {
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final NodeId N1 = NodeId.of("n1");
  private static final NodeId N2 = NodeId.of("n2");
  private static final NodeId N3 = NodeId.of("n3");

  @ParameterizedTest
  @CsvSource({
    "embedding, main/java/io/balsa/examples/readme/EmbeddingExample.java",
    "state-machine, main/java/io/balsa/examples/readme/EmbeddingExample.java",
    "session, main/java/io/balsa/examples/readme/SessionExample.java",
    "simulation, test/java/io/balsa/examples/readme/CounterSimulationTest.java"
  })
  void theReadmeShowsTheCodeThatIsCompiled(String region, Path source) throws IOException {
    Path root = Installation.rootDir();
    String readme = Files.readString(root.resolve("README.md"));
    String example = Files.readString(root.resolve("examples/src").resolve(source));

    String shown = between(readme, "<!-- example:" + region + " -->\n```java\n", "```");
    String compiled = between(example, "// example:" + region + "\n", "  // example:end");

    assertThat(shown).isEqualTo(compiled.stripTrailing().stripIndent() + "\n");
  }

  @Test
  void threeProcessesAgreeOnANumber(@TempDir Path dir) {
    List<Integer> ports = FreePorts.take(3);
    Map<NodeId, InetSocketAddress> addresses =
        Map.of(N1, address(ports.get(0)), N2, address(ports.get(1)), N3, address(ports.get(2)));
    Counter counter = new Counter();
    Counter counter2 = new Counter();

    try (RaftNode<Long> node = EmbeddingExample.start(counter, N1, addresses, dir.resolve("1"));
        RaftNode<Long> node2 = EmbeddingExample.start(counter2, N2, addresses, dir.resolve("2"));
        RaftNode<Long> node3 =
            EmbeddingExample.start(new Counter(), N3, addresses, dir.resolve("3"))) {
      List.of(node, node2, node3).forEach(each -> each.awaitLeader(PATIENCE));

      assertThat(EmbeddingExample.add(node, 5)).isInstanceOf(Outcome.Committed.class);
      assertThat(EmbeddingExample.add(node3, 7)).isInstanceOf(Outcome.Committed.class);

      assertThat(EmbeddingExample.read(node, counter)).isEqualTo(12);
      assertThat(EmbeddingExample.read(node2, counter2)).isEqualTo(12);
    }
  }

  @Test
  void aSessionCountsEachAmountOnce() {
    Counter counter = new Counter();
    MemoryNetwork network = new MemoryNetwork();
    try (RaftNode<SessionResult<Long>> node =
        RaftNode.builder(N1, SessionExample.remembering(counter))
            .initialVoters(List.of(N1))
            .transport(network.transport(N1))
            .logStore(new MemoryLogStore())
            .snapshotStore(new MemorySnapshotStore())
            .start()) {
      assertThat(SessionExample.addAll(node, 5, 7)).isEqualTo(12);
      assertThat(SessionExample.addAll(node, 1)).isEqualTo(13);
    }
  }

  private static InetSocketAddress address(int port) {
    return new InetSocketAddress("127.0.0.1", port);
  }

  private static String between(String text, String begin, String end) {
    int from = text.indexOf(begin);
    assertThat(from).as("the place of %s", begin).isNotNegative();
    int start = from + begin.length();
    int to = text.indexOf(end, start);
    assertThat(to).as("the place of %s", end).isNotNegative();
    return text.substring(start, to);
  }
}
