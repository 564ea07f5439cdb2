package io.balsa.examples.cluster;

import io.balsa.examples.client.EtcdClient;
import io.balsa.examples.process.ClusterSpec;
import io.balsa.examples.process.ExampleException;
import io.balsa.examples.process.FreePorts;
import io.balsa.examples.process.Installation;
import io.balsa.examples.process.Launcher;
import io.balsa.examples.process.MemberSpec;
import io.balsa.examples.process.ProcessRef;
import io.balsa.examples.process.Startup;
import io.balsa.kv.proto.Member;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code cluster add [NAME] [--learner]}. */
@Command(
    name = "add",
    description = {
      "Adds a member to the running cluster, starts it, and waits until it is healthy.",
      "It votes as soon as it has caught up; a learner only after promote."
    },
    mixinStandardHelpOptions = true)
final class AddCommand implements Callable<Integer> {
  @Parameters(
      arity = "0..1",
      paramLabel = "NAME",
      description = "The new member's name (default: the first of n1, n2 ... that is free).")
  private @Nullable String name;

  @Option(names = "--learner", description = "It receives everything and has no vote.")
  private boolean learner;

  @Mixin private DirOption dir = new DirOption();

  @Spec private CommandSpec command = CommandSpec.create();

  @Override
  public Integer call() {
    PrintWriter out = command.commandLine().getOut();
    try (StateFile file = StateFile.lockExisting(dir.path())) {
      ClusterState state = file.state();
      ClusterSpec spec = state.spec().withNewcomer(freeName(state), dir.path());
      MemberSpec newcomer = spec.members().get(spec.members().size() - 1);
      refuseWhatIsInTheWay(newcomer);
      try (EtcdClient client = Membership.ask(state, newcomer)) {
        Member added = client.addMember(newcomer.peerUrl(), learner);
        ClusterState larger = new ClusterState(spec, state.processes());
        file.write(larger);
        out.printf("%s was added as %x%n", newcomer.name(), added.getID());
        start(file, larger, newcomer);
        Membership.print(client.members(), out);
      }
      return 0;
    }
  }

  private static void start(StateFile file, ClusterState state, MemberSpec newcomer) {
    Launcher launcher = new Launcher(Installation.find().server());
    ProcessRef process = ProcessRef.of(launcher.start(state.spec(), newcomer));
    file.write(state.with(newcomer, process));
    Startup.awaitHealthy(newcomer, process);
  }

  private String freeName(ClusterState state) {
    String wanted = name;
    if (wanted == null) {
      return IntStream.iterate(1, i -> i + 1)
          .mapToObj(i -> "n" + i)
          .filter(free -> state.spec().member(free).isEmpty())
          .findFirst()
          .orElseThrow();
    }
    if (!wanted.matches("[A-Za-z0-9_-]+") || state.spec().member(wanted).isPresent()) {
      throw new ExampleException("a new member can't be called " + wanted);
    }
    return wanted;
  }

  private static void refuseWhatIsInTheWay(MemberSpec newcomer) {
    for (int port : new int[] {newcomer.clientPort(), newcomer.peerPort()}) {
      if (!FreePorts.isFree(port)) {
        throw new ExampleException("somebody else listens on port " + port);
      }
    }
    if (Files.exists(newcomer.dataDir())) {
      throw new ExampleException(newcomer.dataDir() + " holds the data of an earlier member");
    }
  }
}
