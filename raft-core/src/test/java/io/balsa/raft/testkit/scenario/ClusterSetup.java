package io.balsa.raft.testkit.scenario;

import io.balsa.raft.model.Bytes;
import io.balsa.raft.model.Entry;
import io.balsa.raft.model.EntryId;
import io.balsa.raft.model.GroupId;
import io.balsa.raft.model.HardState;
import io.balsa.raft.model.Membership;
import io.balsa.raft.model.NodeId;
import io.balsa.raft.model.SnapshotMeta;
import io.balsa.raft.protocol.CoreConfig;
import io.balsa.raft.testkit.invariant.LogImage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;

/** What the verb {@code cluster} asks for. */
record ClusterSetup(Command command, long electionNanos, long heartbeatNanos) {

  static ClusterSetup of(Command command) {
    return new ClusterSetup(
        command,
        nanos(command.option("election").orElse("1s")),
        nanos(command.option("heartbeat").orElse("100ms")));
  }

  static long nanos(String duration) {
    return Duration.parse("PT" + asIsoSeconds(duration)).toNanos();
  }

  private static String asIsoSeconds(String duration) {
    return duration.endsWith("ms")
        ? Double.parseDouble(duration.substring(0, duration.length() - 2)) / 1000 + "S"
        : duration;
  }

  ScenarioCluster create() {
    ScenarioCluster cluster = new ScenarioCluster();
    Membership membership = new Membership(nodes("voters"), new TreeSet<>(), nodes("learners"));
    long seed = 1;
    for (NodeId node : membership.members()) {
      cluster.add(new ScenarioNode(cluster, config(node), seed++, platter(node, membership)));
    }
    for (NodeId node : nodes("spares")) {
      LogImage nothing = new LogImage(SnapshotMeta.NONE);
      cluster.add(new ScenarioNode(cluster, config(node), seed++, nothing));
    }
    return cluster;
  }

  private CoreConfig config(NodeId node) {
    return new CoreConfig(
        node,
        GroupId.ONLY,
        electionNanos,
        heartbeatNanos,
        number("entries", 64),
        number("entries-bytes", 1 << 20),
        number("inflight", 8),
        number("inflight-bytes", 1 << 20),
        number("uncommitted", 1 << 20),
        number("command", 1 << 16),
        number("lease-drift", 0),
        command.option("quiesce").map(ClusterSetup::nanos).orElse(0L));
  }

  private LogImage platter(NodeId node, Membership membership) {
    LogImage platter = new LogImage(SnapshotMeta.initial(membership));
    List<Entry> entries = entries(node);
    long lastTerm = entries.isEmpty() ? 0 : entries.get(entries.size() - 1).term();
    long term = number("term", Math.toIntExact(lastTerm));
    if (term > 0) {
      platter.writeHardState(new HardState(term, Optional.empty()));
    } else if (!nodes("blank").contains(node)) {
      platter.writeHardState(new HardState(0, Optional.of(node))); // it has met all others
    }
    if (!entries.isEmpty()) {
      platter.replaceFrom(entries);
    }
    return platter;
  }

  private List<Entry> entries(NodeId node) {
    List<Entry> entries = new ArrayList<>();
    for (long term : terms(node)) {
      EntryId id = new EntryId(term, entries.size() + 1);
      entries.add(Entry.command(id, Bytes.utf8("c" + id.index() + "t" + term)));
    }
    return entries;
  }

  /** {@code n2=1,1,2} at the node itself, {@code n2=} when it has none, or {@code log=10@t1} for all. */
  private long[] terms(NodeId node) {
    Optional<String> own = command.option(node.value());
    if (own.isPresent()) {
      return Arrays.stream(own.get().split(","))
          .filter(term -> !term.isEmpty())
          .mapToLong(Long::parseLong)
          .toArray();
    }
    String log = command.option("log").orElse("0@t0");
    long[] terms = new long[Integer.parseInt(log.substring(0, log.indexOf('@')))];
    Arrays.fill(terms, Long.parseLong(log.substring(log.indexOf("@t") + 2)));
    return terms;
  }

  private SortedSet<NodeId> nodes(String option) {
    return command.nodes(option);
  }

  private int number(String option, int otherwise) {
    return command.option(option).map(Integer::parseInt).orElse(otherwise);
  }
}
