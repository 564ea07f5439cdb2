package io.balsa.examples.chaos.cluster;

import io.balsa.examples.process.FreePorts;
import io.balsa.examples.process.MemberSpec;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Collectors;

/**
 * Who the members are, and how each finds the others. Immutable.
 *
 * <p>All members know the same URLs, because their ids follow from them. But each has a hosts file of its own, in which
 * every other member's name stands for an address that only the link between the two listens on: {@code 127.NET.FROM.TO}.
 * Linux takes all of 127/8 for this machine.
 *
 * @param net the second number of the links' addresses
 * @param members in the order of their numbers, the first {@code initial} of which the cluster is born with
 * @param initial how many members there are at first; the others may be added
 */
public record ChaosSpec(int net, List<MemberSpec> members, int initial) {
  private static final int NET_FROM = 64;
  private static final int NET_TO = 250;
  private static final String DOMAIN = ".chaos.invalid";

  /** The settings that make rare things common: snapshots every few seconds, small batches, talkative watches. */
  public static final List<String> EAGER_FLAGS =
      List.of(
          "--snapshot-count=600",
          "--snapshot-catchup-entries=150",
          "--compaction-batch-limit=20",
          "--watch-progress-notify-interval=500ms");

  public ChaosSpec {
    members = List.copyOf(members);
  }

  /** Members n1, n2 … on ports that are free now, on a network that nobody else has chosen, most probably. */
  public static ChaosSpec onFreePorts(Path dir, int initial, int spare) {
    int count = initial + spare;
    List<Integer> ports = FreePorts.take(2 * count);
    List<MemberSpec> members = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      String name = "n" + (i + 1);
      members.add(new MemberSpec(name, ports.get(2 * i), ports.get(2 * i + 1), dir.resolve(name)));
    }
    int net = ThreadLocalRandom.current().nextInt(NET_FROM, NET_TO);
    return new ChaosSpec(net, members, initial);
  }

  public List<MemberSpec> initialMembers() {
    return members.subList(0, initial);
  }

  /** The address at which {@code from} finds {@code to}. */
  String linkAddress(MemberSpec from, MemberSpec to) {
    return "127." + net + "." + number(from) + "." + number(to);
  }

  /** What {@code from} resolves names by. */
  String hosts(MemberSpec from) {
    StringBuilder hosts = new StringBuilder(MemberSpec.HOST + " localhost\n");
    for (MemberSpec to : members) {
      String address = to.equals(from) ? MemberSpec.HOST : linkAddress(from, to);
      hosts.append(address).append(' ').append(to.name()).append(DOMAIN).append('\n');
    }
    return hosts.toString();
  }

  /** How the member is reached by other members. */
  public String peerUrl(MemberSpec member) {
    return "http://" + member.name() + DOMAIN + ":" + member.peerPort();
  }

  private static String clientUrl(MemberSpec member) {
    return "http://" + member.name() + DOMAIN + ":" + member.clientPort();
  }

  /** The command line of a member that the cluster is born with. */
  List<String> command(ServerCommand server, MemberSpec member) {
    return command(server, member, initialMembers(), "new");
  }

  /** The command line of a member of a cluster that has, or is about to have, these members. */
  List<String> command(
      ServerCommand server, MemberSpec member, List<MemberSpec> cluster, String state) {
    List<String> command = new ArrayList<>(server.words());
    command.add("--name=" + member.name());
    command.add("--data-dir=" + member.dataDir());
    command.add("--listen-client-urls=" + member.clientUrl());
    command.add("--advertise-client-urls=" + clientUrl(member));
    command.add("--listen-peer-urls=" + member.peerUrl());
    command.add("--initial-advertise-peer-urls=" + peerUrl(member));
    command.add(
        "--initial-cluster="
            + cluster.stream()
                .map(each -> each.name() + "=" + peerUrl(each))
                .collect(Collectors.joining(",")));
    command.add("--initial-cluster-state=" + state);
    command.addAll(EAGER_FLAGS);
    return command;
  }

  /** What the environment of every member has beside our own. */
  static Map<String, String> environment(Path hostsFile, List<String> jvmOptions) {
    List<String> options = new ArrayList<>();
    options.add("-Djdk.net.hosts.file=" + hostsFile);
    options.add("-XX:+UseSerialGC");
    options.add("-XX:TieredStopAtLevel=1");
    options.addAll(jvmOptions);
    return Map.of("JAVA_OPTS", String.join(" ", options), "BALSA_HEAP", "192m");
  }

  private int number(MemberSpec member) {
    return members.indexOf(member) + 1;
  }
}
