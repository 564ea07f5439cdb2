package io.balsa.kv.server;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

/** Real etcd, from the PATH: processes on loopback ports. What they log is in the directory. */
final class EtcdCluster implements AutoCloseable {
  private final List<Integer> ports;
  private final List<Process> members = new ArrayList<>();

  private EtcdCluster(List<Integer> ports) {
    this.ports = ports;
  }

  static boolean isOnPath(String program) {
    return Optional.ofNullable(System.getenv("PATH")).stream()
        .flatMap(path -> Arrays.stream(path.split(":")))
        .anyMatch(folder -> Files.isExecutable(Path.of(folder, program)));
  }

  /** Starts them, and waits for nothing. */
  static EtcdCluster start(Path dir, int size, List<String> moreFlags) throws IOException {
    EtcdCluster cluster = new EtcdCluster(freePorts(2 * size));
    List<String> names =
        IntStream.range(0, size).mapToObj(i -> "m" + i + "=" + cluster.peerUrl(i)).toList();
    for (int i = 0; i < size; i++) {
      List<String> command =
          new ArrayList<>(
              List.of(
                  "etcd",
                  "--name=m" + i,
                  "--data-dir=" + dir.resolve("m" + i),
                  "--listen-client-urls=http://" + cluster.endpoint(i),
                  "--advertise-client-urls=http://" + cluster.endpoint(i),
                  "--listen-peer-urls=" + cluster.peerUrl(i),
                  "--initial-advertise-peer-urls=" + cluster.peerUrl(i),
                  "--initial-cluster=" + String.join(",", names)));
      command.addAll(moreFlags);
      ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
      builder.environment().keySet().removeIf(name -> name.startsWith("ETCD"));
      Files.createDirectories(dir);
      cluster.members.add(builder.redirectOutput(dir.resolve("m" + i + ".log").toFile()).start());
    }
    return cluster;
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

  String endpoint(int i) {
    return "127.0.0.1:" + ports.get(i);
  }

  private String peerUrl(int i) {
    return "http://127.0.0.1:" + ports.get(ports.size() / 2 + i);
  }

  @Override
  public void close() throws InterruptedException {
    members.forEach(Process::destroyForcibly);
    for (Process member : members) {
      member.waitFor(30, TimeUnit.SECONDS);
    }
  }
}
