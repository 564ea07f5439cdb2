package io.balsa.kv.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.balsa.raft.NodeStatus;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Whole members in this JVM, on loopback ports, each with a directory of its own. One thread. */
final class TestCluster implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final Path dir;
  private final List<Integer> clientPorts = new ArrayList<>();
  private final List<Integer> peerPorts = new ArrayList<>();
  private final List<@Nullable KvServer> members = new ArrayList<>();
  private final List<String> flags;

  /** Who the members are, as new ones are told. Those that were removed are null. */
  private final List<@Nullable String> named = new ArrayList<>();

  private TestCluster(Path dir, int size, String... flags) throws IOException {
    this.dir = dir;
    this.flags = List.of(flags);
    List<Integer> ports = freePorts(2 * size);
    clientPorts.addAll(ports.subList(0, size));
    peerPorts.addAll(ports.subList(size, 2 * size));
    IntStream.range(0, size).forEach(i -> named.add("m" + i + "=" + peerUrl(i)));
  }

  /** Starts them all and waits until each can serve. */
  static TestCluster start(Path dir, int size, String... moreFlags) throws Exception {
    TestCluster cluster = new TestCluster(dir, size, moreFlags);
    for (int i = 0; i < size; i++) {
      cluster.members.add(KvServer.start(cluster.config(i)));
    }
    for (int i = 0; i < size; i++) {
      cluster.awaitReady(i);
    }
    return cluster;
  }

  /** Starts none of them: see {@link #restartAll}. */
  static TestCluster stopped(Path dir, int size) throws IOException {
    TestCluster cluster = new TestCluster(dir, size);
    while (cluster.members.size() < size) {
      cluster.members.add(null);
    }
    return cluster;
  }

  /** Starts the first one only, and waits for nothing. */
  static TestCluster startOneOf(Path dir, int size, String... moreFlags) throws Exception {
    TestCluster cluster = new TestCluster(dir, size, moreFlags);
    cluster.members.add(KvServer.start(cluster.config(0)));
    while (cluster.members.size() < size) {
      cluster.members.add(null);
    }
    return cluster;
  }

  /** Gives a member to be a number, and ports that are free. Nothing is started, and nobody is told of it. */
  int plan() throws IOException {
    List<Integer> ports = freePorts(2);
    clientPorts.add(ports.get(0));
    peerPorts.add(ports.get(1));
    members.add(null);
    named.add("m" + (size() - 1) + "=" + peerUrl(size() - 1));
    return size() - 1;
  }

  /** Newcomers needn't know of it any more. */
  void forget(int i) {
    named.set(i, null);
  }

  /** Has the member reached at another port from its next start on. */
  void move(int i) throws IOException {
    peerPorts.set(i, freePorts(1).get(0));
    named.set(i, "m" + i + "=" + peerUrl(i));
  }

  /** Starts one that was added to the cluster, and waits for nothing. */
  void join(int i, String... moreFlags) {
    List<String> all = new ArrayList<>(List.of(moreFlags));
    all.add("--initial-cluster-state=existing");
    members.set(i, KvServer.start(config(i, all.toArray(String[]::new))));
  }

  private static List<Integer> freePorts(int count) throws IOException {
    List<ServerSocket> sockets = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      sockets.add(new ServerSocket(0, 1, InetAddress.getLoopbackAddress()));
    }
    List<Integer> ports = sockets.stream().map(ServerSocket::getLocalPort).toList();
    for (ServerSocket socket : sockets) {
      socket.close();
    }
    return ports;
  }

  ServerConfig config(int i, String... moreFlags) {
    List<String> all =
        new ArrayList<>(
            List.of(
                "--name=m" + i,
                "--data-dir=" + dataDir(i),
                "--listen-client-urls=" + clientUrl(i),
                "--advertise-client-urls=" + clientUrl(i),
                "--listen-peer-urls=" + peerUrl(i),
                "--initial-advertise-peer-urls=" + peerUrl(i),
                "--initial-cluster=" + initialCluster()));
    all.addAll(flags);
    all.addAll(List.of(moreFlags));
    return ServerConfig.of(Flags.parse(all, new TreeMap<>()));
  }

  /** As the flag has it. */
  String initialCluster() {
    return String.join(",", named.stream().filter(Objects::nonNull).toList());
  }

  Path dataDir(int i) {
    return dir.resolve("m" + i);
  }

  String clientUrl(int i) {
    return "http://127.0.0.1:" + clientPorts.get(i);
  }

  int clientPort(int i) {
    return clientPorts.get(i);
  }

  String peerUrl(int i) {
    return "http://127.0.0.1:" + peerPorts.get(i);
  }

  int peerPort(int i) {
    return peerPorts.get(i);
  }

  int size() {
    return clientPorts.size();
  }

  KvServer member(int i) {
    KvServer member = members.get(i);
    assertThat(member).as("member %d runs", i).isNotNull();
    return member;
  }

  void stop(int i) {
    member(i).close();
    members.set(i, null);
  }

  void restart(int i, String... moreFlags) throws Exception {
    members.set(i, KvServer.start(config(i, moreFlags)));
    awaitReady(i);
  }

  /** Starts all that were stopped: none of them can be ready alone. */
  void restartAll() throws Exception {
    for (int i = 0; i < size(); i++) {
      if (members.get(i) == null && named.get(i) != null) {
        members.set(i, KvServer.start(config(i)));
      }
    }
    for (int i = 0; i < size(); i++) {
      if (members.get(i) != null) {
        awaitReady(i);
      }
    }
  }

  void awaitReady(int i) throws Exception {
    member(i).ready().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
  }

  /** The number of the member that leads, by its own account. */
  int leader() {
    await(() -> leaders().size() == 1);
    return leaders().get(0);
  }

  private List<Integer> leaders() {
    return IntStream.range(0, size())
        .filter(i -> members.get(i) != null && member(i).node().status().isLeader())
        .boxed()
        .toList();
  }

  void await(BooleanSupplier condition) {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > deadline) {
        throw new AssertionError("not in time; the members are " + statuses());
      }
      Thread.onSpinWait();
    }
  }

  private List<NodeStatus> statuses() {
    return IntStream.range(0, size())
        .filter(i -> members.get(i) != null)
        .mapToObj(i -> member(i).node().status())
        .toList();
  }

  /** All at once: one after the other, each would look for a successor first. */
  @Override
  public void close() {
    members.parallelStream().filter(Objects::nonNull).forEach(KvServer::close);
  }
}
