package io.balsa.examples.crash;

import io.balsa.examples.client.ClusterClient;
import io.balsa.examples.process.Await;
import io.balsa.examples.process.ExampleException;
import io.balsa.examples.process.LocalCluster;
import io.balsa.examples.process.MemberSpec;
import io.grpc.StatusRuntimeException;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Random;

/** Runs the rounds and tells about each. One thread. */
final class RoundRunner {
  private static final int WRITERS = 8;
  private static final int CHECK_EVERY = 10;
  private static final int ALL_IN = 4;
  private static final int LOAD_MILLIS_MIN = 300;
  private static final int LOAD_MILLIS_MAX = 1_500;
  private static final Duration RECOVERY_DEADLINE = Duration.ofSeconds(60);

  private final LocalCluster cluster;
  private final ClusterClient clients;
  private final Random random;
  private final PrintWriter out;
  private final WriteLedger ledger = new WriteLedger();
  private int kills;

  RoundRunner(LocalCluster cluster, ClusterClient clients, long seed, PrintWriter out) {
    this.cluster = cluster;
    this.clients = clients;
    this.random = new Random(seed);
    this.out = out;
  }

  /** Runs that many rounds, or up to the first that fails. Whether all passed. */
  boolean run(int rounds) {
    out.println("round  killed           acked  unknown    gap ms  checked");
    int passed = 0;
    try (Load load = new Load(WRITERS, cluster.members(), clients, ledger)) {
      while (passed < rounds) {
        round(passed + 1, passed + 1 == rounds, load);
        passed++;
      }
    } catch (ExampleException | StatusRuntimeException e) {
      String what = cluster.isClosed() ? "interrupted" : "FAILED: " + e.getMessage();
      out.printf("round %d %s%n", passed + 1, what);
    }
    WriteLedger.Figures total = ledger.total();
    out.printf(
        "%n%,d writes acknowledged, %,d unknown, %,d kills, at most %,d ms without an acknowledged write%n",
        total.acknowledged(), total.unknown(), kills, total.gapMax().toMillis());
    boolean all = passed == rounds;
    out.printf("%d passed, %d failed%n", passed, all ? 0 : 1);
    return all;
  }

  private void round(int number, boolean last, Load load) {
    long begun = System.nanoTime();
    // A kill before anything was acknowledged would prove nothing.
    Await.until(
        "writes are acknowledged", RECOVERY_DEADLINE, () -> ledger.hasAcknowledgedSince(begun));
    ledger.letRun(Duration.ofMillis(random.nextInt(LOAD_MILLIS_MIN, LOAD_MILLIS_MAX)));
    List<MemberSpec> victims = victims();
    String killed = killedText(victims);
    long killedAt = kill(victims);
    victims.forEach(cluster::launch);
    Await.until("writes go on", RECOVERY_DEADLINE, () -> ledger.hasAcknowledgedSince(killedAt));
    victims.forEach(cluster::awaitHealthy);
    WriteLedger.Figures figures = ledger.endRound();
    String checked = number % CHECK_EVERY == 0 || last ? check(load) : "";
    out.println(
        String.format(
                "%5d  %-12s %,9d %,8d %,9d  %s",
                number,
                killed,
                figures.acknowledged(),
                figures.unknown(),
                figures.gapMax().toMillis(),
                checked)
            .stripTrailing());
  }

  private List<MemberSpec> victims() {
    List<MemberSpec> members = cluster.members();
    return random.nextInt(ALL_IN) == 0
        ? members
        : List.of(members.get(random.nextInt(members.size())));
  }

  private String killedText(List<MemberSpec> victims) {
    if (victims.size() > 1) {
      return "all";
    }
    MemberSpec victim = victims.get(0);
    Optional<MemberSpec> leader = clients.leader();
    return victim.name() + (leader.filter(victim::equals).isPresent() ? " (leader)" : "");
  }

  /** Kills all of them at once, and returns when, in nanoseconds, the last of them was gone. */
  private long kill(List<MemberSpec> victims) {
    victims.forEach(victim -> cluster.process(victim).kill());
    victims.forEach(cluster::kill);
    kills += victims.size();
    return System.nanoTime();
  }

  private String check(Load load) {
    return load.duringRest(() -> Check.run(cluster.members(), clients, ledger)).toString();
  }
}
