package io.balsa.examples.bench.kv;

import io.balsa.examples.bench.measure.Usage;
import io.balsa.examples.client.ClusterClient;
import io.balsa.examples.process.ExampleException;
import io.balsa.examples.process.Installation;
import io.balsa.examples.process.LocalCluster;
import io.balsa.examples.process.MemberSpec;
import io.balsa.examples.process.Programs;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A cluster that is measured: one of ours or of etcd's, started for it, or one that is there already. Thread-safe. */
public final class Subject implements AutoCloseable {
  private static final int MEMBERS = 3;
  private static final Duration STATUS_TIMEOUT = Duration.ofSeconds(2);
  public static final String BALSA = "balsa";
  public static final String ETCD = "etcd";

  private final String name;
  private final List<InetSocketAddress> endpoints;
  private final @Nullable LocalCluster cluster;

  private Subject(String name, List<InetSocketAddress> endpoints, @Nullable LocalCluster cluster) {
    this.name = name;
    this.endpoints = List.copyOf(endpoints);
    this.cluster = cluster;
  }

  private static Installation etcd() {
    Path server =
        Programs.onPath(ETCD)
            .orElseThrow(
                () ->
                    new ExampleException(
                        "there is no etcd on the PATH; Debian has it as etcd-server"));
    return new Installation(Installation.rootDir(), server);
  }

  private static Subject start(
      String name, Installation installation, int members, List<String> flags) {
    LocalCluster cluster = LocalCluster.startTemporary(installation, members, flags);
    List<InetSocketAddress> endpoints =
        cluster.members().stream().map(member -> address(member.endpoint())).toList();
    return new Subject(name, endpoints, cluster);
  }

  /** A cluster that somebody else runs. What it costs its machines can't be seen from here. */
  private static Subject at(String endpoints) {
    return new Subject(
        endpoints, Arrays.stream(endpoints.split(",")).map(Subject::address).toList(), null);
  }

  /** By its name, or by its endpoints. Three members, where they are ours to start. */
  public static Subject open(String target, List<String> flags) {
    return open(target, MEMBERS, flags);
  }

  /** The same, with so many members. */
  public static Subject open(String target, int members, List<String> flags) {
    return switch (target) {
      case BALSA -> start(BALSA, Installation.find(), members, flags);
      case ETCD -> start(ETCD, etcd(), members, flags);
      default -> at(target);
    };
  }

  /**
   * Waits until a member says that it leads, and says which.
   *
   * @throws ExampleException if none does so in time
   */
  public static MemberSpec awaitLeader(LocalCluster cluster) {
    try (ClusterClient client = new ClusterClient(cluster.members(), STATUS_TIMEOUT)) {
      return client.awaitLeader();
    }
  }

  private static InetSocketAddress address(String endpoint) {
    int colon = endpoint.lastIndexOf(':');
    if (colon < 0) {
      throw new ExampleException("an endpoint is HOST:PORT, not " + endpoint);
    }
    return new InetSocketAddress(
        endpoint.substring(0, colon), Integer.parseInt(endpoint.substring(colon + 1)));
  }

  public String name() {
    return name;
  }

  public List<InetSocketAddress> endpoints() {
    return endpoints;
  }

  /** The members' processes, if they are ours to look at. */
  public Optional<LocalCluster> cluster() {
    return Optional.ofNullable(cluster);
  }

  /** What the members have used, all together. */
  public Optional<Usage> usage() {
    return cluster()
        .flatMap(
            mine -> Usage.of(mine.members().stream().map(m -> mine.process(m).pid()).toList()));
  }

  @Override
  public void close() {
    cluster().ifPresent(LocalCluster::close);
  }
}
