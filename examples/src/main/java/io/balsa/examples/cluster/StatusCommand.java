package io.balsa.examples.cluster;

import io.balsa.examples.client.ClusterClient;
import io.balsa.examples.process.Health;
import io.balsa.examples.process.MemberSpec;
import io.balsa.examples.process.ProcessRef;
import io.balsa.kv.proto.StatusResponse;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code cluster status}. */
@Command(
    name = "status",
    description = "Shows every member: process, role, term, index, health.",
    mixinStandardHelpOptions = true)
final class StatusCommand implements Callable<Integer> {
  private static final Duration TIMEOUT = Duration.ofSeconds(2);
  private static final List<String> HEADINGS =
      List.of("name", "pid", "state", "endpoint", "leader", "term", "index", "healthy");

  @Option(names = "--json", description = "Print JSON instead of a table.")
  private boolean json;

  @Mixin private DirOption dir = new DirOption();

  @Spec private CommandSpec command = CommandSpec.create();

  @Override
  public Integer call() {
    ClusterState state = StateFile.require(dir.path());
    Table table = new Table(HEADINGS);
    try (ClusterClient clients = new ClusterClient(state.spec().members(), TIMEOUT)) {
      // Asked all at once, so that frozen members cost one timeout together; told in the order of
      // their names.
      state.spec().members().parallelStream()
          .map(member -> row(state, member, clients))
          .toList()
          .forEach(table::add);
    }
    table.print(command.commandLine().getOut(), json);
    return 0;
  }

  private static List<Object> row(ClusterState state, MemberSpec member, ClusterClient clients) {
    Optional<ProcessRef> process = state.process(member).filter(ProcessRef::isAlive);
    Optional<StatusResponse> status = process.flatMap(alive -> clients.status(member));
    boolean leads = status.filter(s -> s.getLeader() == s.getHeader().getMemberId()).isPresent();
    return List.of(
        member.name(),
        process.map(ProcessRef::pid),
        process.map(p -> p.isPaused() ? "frozen" : "running").orElse("stopped"),
        member.endpoint(),
        leads,
        status.map(StatusResponse::getRaftTerm),
        status.map(StatusResponse::getRaftIndex),
        process.isPresent() && Health.isHealthy(member));
  }
}
