package io.balsa.examples.process;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * A cluster as it was planned: who its members are, and what each is started with. Immutable.
 *
 * @param members in the order of their names
 * @param flags the user's own server flags, after ours
 */
public record ClusterSpec(List<MemberSpec> members, List<String> flags) {
  private static final int PORT_STEP = 10;

  public ClusterSpec {
    members = List.copyOf(members);
    flags = List.copyOf(flags);
  }

  /** Members n1, n2 … with client ports 10 apart, the peer port one above each. */
  public static ClusterSpec numbered(Path dir, int count, int basePort, List<String> flags) {
    List<MemberSpec> members = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      String name = "n" + (i + 1);
      int port = basePort + i * PORT_STEP;
      members.add(new MemberSpec(name, port, port + 1, dir.resolve(name)));
    }
    return new ClusterSpec(members, flags);
  }

  /** Members n1, n2 … on ports that are free now. */
  public static ClusterSpec onFreePorts(Path dir, int count, List<String> flags) {
    List<Integer> ports = FreePorts.take(2 * count);
    List<MemberSpec> members = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      String name = "n" + (i + 1);
      members.add(new MemberSpec(name, ports.get(2 * i), ports.get(2 * i + 1), dir.resolve(name)));
    }
    return new ClusterSpec(members, flags);
  }

  public Optional<MemberSpec> member(String name) {
    return members.stream().filter(member -> member.name().equals(name)).findFirst();
  }

  /** The cluster with one more member, on the next ports in the row. Its name is free. */
  public ClusterSpec withNewcomer(String name, Path dir) {
    int port = members.stream().mapToInt(MemberSpec::clientPort).max().orElseThrow() + PORT_STEP;
    List<MemberSpec> more = new ArrayList<>(members);
    more.add(new MemberSpec(name, port, port + 1, dir.resolve(name), true));
    return new ClusterSpec(more, flags);
  }

  public ClusterSpec without(MemberSpec member) {
    return new ClusterSpec(members.stream().filter(other -> !other.equals(member)).toList(), flags);
  }

  /** The whole command line of a member, in etcd's words. */
  public List<String> command(Path server, MemberSpec member) {
    List<String> command = new ArrayList<>();
    command.add(server.toString());
    command.add("--name=" + member.name());
    command.add("--data-dir=" + member.dataDir());
    command.add("--listen-client-urls=" + member.clientUrl());
    command.add("--advertise-client-urls=" + member.clientUrl());
    command.add("--listen-peer-urls=" + member.peerUrl());
    command.add("--initial-advertise-peer-urls=" + member.peerUrl());
    command.add("--initial-cluster=" + initialCluster());
    command.add("--initial-cluster-state=" + (member.joins() ? "existing" : "new"));
    command.addAll(flags);
    return command;
  }

  private String initialCluster() {
    return members.stream()
        .map(member -> member.name() + "=" + member.peerUrl())
        .collect(Collectors.joining(","));
  }
}
