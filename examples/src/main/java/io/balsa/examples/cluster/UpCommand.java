package io.balsa.examples.cluster;

import io.balsa.examples.process.ClusterSpec;
import io.balsa.examples.process.ExampleException;
import io.balsa.examples.process.FreePorts;
import io.balsa.examples.process.Installation;
import io.balsa.examples.process.Launcher;
import io.balsa.examples.process.MemberSpec;
import io.balsa.examples.process.ProcessRef;
import io.balsa.examples.process.Startup;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code cluster up [N] [-- server flags]}. */
@Command(
    name = "up",
    description = {
      "Starts N members in the background and waits until they are healthy.",
      "A cluster that was taken down comes up again, with its data."
    },
    customSynopsis = "cluster up [N] [--dir=DIR] [--base-port=P] [--json] [-- SERVER FLAGS]",
    mixinStandardHelpOptions = true)
final class UpCommand implements Callable<Integer> {
  private static final int MEMBERS = 3;
  private static final int MEMBERS_MAX = 9;
  private static final int BASE_PORT = 2379;

  @Parameters(
      arity = "0..1",
      paramLabel = "N",
      description = "How many members, 1 to 9 (default: 3).")
  private @Nullable Integer count;

  @Option(
      names = "--base-port",
      paramLabel = "P",
      description = {
        "Clients are served on P, P+10, P+20 and so on,",
        "peers one port above each (default: 2379)."
      })
  private @Nullable Integer basePort;

  @Option(
      names = "--server-flag",
      paramLabel = "FLAG",
      description = "A flag for every member, as etcd knows them; what follows -- is the same.")
  private List<String> flags = new ArrayList<>();

  @Option(names = "--json", description = "Print JSON instead of a table.")
  private boolean json;

  @Mixin private DirOption dir = new DirOption();

  @Spec private CommandSpec command = CommandSpec.create();

  @Override
  public Integer call() {
    Installation home = Installation.find();
    try (StateFile file = StateFile.lock(dir.path())) {
      Optional<ClusterState> earlier = StateFile.read(dir.path());
      earlier.ifPresent(this::refuseIfRunning);
      ClusterSpec spec = earlier.map(this::again).orElseGet(this::fresh);
      refuseTakenPorts(spec);
      ClusterState state = start(file, spec, new Launcher(home.server()));
      print(state);
      return 0;
    }
  }

  /** Starts all members, remembers them before anything can go wrong with them, and waits for them. */
  private ClusterState start(StateFile file, ClusterSpec spec, Launcher launcher) {
    ClusterState state = new ClusterState(spec, Map.of());
    for (MemberSpec member : spec.members()) {
      state = state.with(member, ProcessRef.of(launcher.start(spec, member)));
      file.write(state);
    }
    try {
      for (MemberSpec member : spec.members()) {
        Startup.awaitHealthy(member, state.lastProcess(member));
      }
    } catch (ExampleException e) {
      state.processes().values().forEach(ProcessRef::kill);
      throw e;
    }
    return state;
  }

  private void refuseIfRunning(ClusterState state) {
    if (state.isAnyRunning()) {
      throw new ExampleException(
          "a cluster is running already in " + dir.path() + ": see status, or take it down first");
    }
  }

  /** The cluster that was here before; its members keep their names and ports. */
  private ClusterSpec again(ClusterState state) {
    List<MemberSpec> members = state.spec().members();
    boolean other =
        (count != null && count != members.size())
            || (basePort != null && basePort != members.get(0).clientPort());
    if (other) {
      throw new ExampleException(
          String.format(
              "%s holds a cluster of %d with base port %d: delete it with down --purge first",
              dir.path(), members.size(), members.get(0).clientPort()));
    }
    return new ClusterSpec(members, flags.isEmpty() ? state.spec().flags() : flags);
  }

  private ClusterSpec fresh() {
    int members = count == null ? MEMBERS : count;
    if (members < 1 || members > MEMBERS_MAX) {
      throw new ExampleException("N is 1 to " + MEMBERS_MAX + ", not " + members);
    }
    int port = basePort == null ? BASE_PORT : basePort;
    Path path = dir.path();
    return ClusterSpec.numbered(path, members, port, flags);
  }

  private static void refuseTakenPorts(ClusterSpec spec) {
    List<String> taken =
        spec.members().stream()
            .flatMap(member -> Stream.of(member.clientPort(), member.peerPort()))
            .filter(port -> !FreePorts.isFree(port))
            .map(String::valueOf)
            .toList();
    if (!taken.isEmpty()) {
      throw new ExampleException(
          "somebody else listens on port " + String.join(", ", taken) + ": choose a --base-port");
    }
  }

  private void print(ClusterState state) {
    Table table = new Table(List.of("name", "pid", "endpoint", "log"));
    for (MemberSpec member : state.spec().members()) {
      long pid = state.lastProcess(member).pid();
      table.add(List.of(member.name(), pid, member.endpoint(), member.logFile().toString()));
    }
    table.print(command.commandLine().getOut(), json);
  }
}
