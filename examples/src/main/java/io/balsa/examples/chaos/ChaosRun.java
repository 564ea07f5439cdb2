package io.balsa.examples.chaos;

import io.balsa.examples.chaos.client.MemberCalls;
import io.balsa.examples.chaos.cluster.ChaosCluster;
import io.balsa.examples.chaos.cluster.ChaosSpec;
import io.balsa.examples.chaos.cluster.ServerCommand;
import io.balsa.examples.chaos.fault.FailpointFaults;
import io.balsa.examples.chaos.fault.Fault;
import io.balsa.examples.chaos.fault.Mounts;
import io.balsa.examples.chaos.fault.Nemesis;
import io.balsa.examples.chaos.fault.World;
import io.balsa.examples.chaos.history.HistoryFiles;
import io.balsa.examples.chaos.history.Operation;
import io.balsa.examples.chaos.history.Recorder;
import io.balsa.examples.chaos.judge.FinalJudge;
import io.balsa.examples.chaos.judge.FinalState;
import io.balsa.examples.chaos.judge.Findings;
import io.balsa.examples.chaos.judge.KvJudge;
import io.balsa.examples.chaos.judge.Verdict;
import io.balsa.examples.chaos.watch.Chronicle;
import io.balsa.examples.chaos.workload.Workload;
import io.balsa.examples.process.Await;
import io.balsa.examples.process.ExampleException;
import io.balsa.examples.process.MemberSpec;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;

/** One run, from the first start of a member to the verdicts. One thread. */
final class ChaosRun {
  private static final Duration CALL_TIMEOUT = Duration.ofSeconds(2);
  private static final Duration WARM_UP = Duration.ofSeconds(4);
  private static final Duration FIRST_DEADLINE = Duration.ofSeconds(60);

  /** Who may be added while the cluster runs. */
  private static final int SPARE_MEMBERS = 2;

  private static final Duration QUIET = Duration.ofSeconds(6);

  private final ChaosPlan plan;
  private final ChaosCluster cluster;
  private final Progress progress;
  private final Recorder recorder;
  private final Map<MemberSpec, MemberCalls> calls = new LinkedHashMap<>();
  private final Workload workload;

  ChaosRun(ChaosPlan plan, ChaosCluster cluster, Recorder recorder, Progress progress) {
    this.plan = plan;
    this.cluster = cluster;
    this.recorder = recorder;
    this.progress = progress;
    this.workload = plan.workload().create();
    cluster.spec().members().forEach(m -> calls.put(m, new MemberCalls(m, CALL_TIMEOUT)));
  }

  /** Starts a cluster, runs the plan on it, and ends it. */
  static ChaosReport run(ChaosPlan plan, ServerCommand server, Progress progress) {
    ChaosSpec spec = ChaosSpec.onFreePorts(plan.dir(), plan.nodes(), SPARE_MEMBERS);
    try (Mounts mounts = Mounts.mount(spec, plan.faults());
        ChaosCluster cluster =
            ChaosCluster.start(server, spec, member -> ChaosCluster.Start.PLAIN)) {
      Recorder recorder = new Recorder();
      progress.start(recorder);
      return new ChaosRun(plan, cluster, recorder, progress).run();
    } finally {
      progress.close();
    }
  }

  private ChaosReport run() {
    Watchers watchers = new Watchers(workload.watches(), recorder, this::members);
    World world = new World(cluster, calls, watchers::compactable, progress::log);
    List<Fault> faults = possible(world);
    Nemesis nemesis = new Nemesis(world, faults, plan.seed(), recorder);
    try (Resources resources = new Resources(cluster)) {
      recorder.phase("start");
      ClientThreads clients = new ClientThreads(plan, workload, recorder, this::members);
      Await.until("the first operation succeeds", FIRST_DEADLINE, () -> recorder.lastOkNanos() > 0);
      recorder.phase("warm-up");
      rest(WARM_UP);
      Findings liveness = new Findings("liveness");
      if (plan.failpoints()) {
        cluster.setStartOptions(armingSome(new SplittableRandom(plan.seed() + 2)));
      }
      try {
        nemesis.run(faults.isEmpty() ? Duration.ZERO : plan.time());
        if (faults.isEmpty()) {
          rest(plan.time());
        }
        recorder.phase("quiet");
        world.disarm();
        world.restore();
        rest(QUIET);
        nemesis.counts().values().forEach(count -> liveness.checked());
      } catch (ExampleException e) {
        refuseWhenClosed();
        liveness.violated(String.valueOf(e.getMessage()));
      }
      clients.end();
      recorder.phase("end");
      List<Verdict> verdicts = new ArrayList<>(List.of(Verdict.of(liveness)));
      verdicts.addAll(judge(watchers));
      verdicts.add(resources.judge());
      Map<String, Recorder.Tally> tallies = recorder.tallies();
      tallies.remove("start");
      tallies.remove("end");
      return new ChaosReport(tallies, nemesis.counts(), resources.peaks(), verdicts);
    } finally {
      watchers.close();
      calls.values().forEach(MemberCalls::close);
    }
  }

  private static ChaosCluster.StartOptions armingSome(SplittableRandom random) {
    return member ->
        random.nextInt(3) == 0 ? FailpointFaults.armed(random.split()) : ChaosCluster.Start.PLAIN;
  }

  private List<Verdict> judge(Watchers watchers) {
    List<Verdict> verdicts = new ArrayList<>();
    try {
      long revision = FinalLook.revision(members());
      boolean complete = watchers.awaitChronicle(revision);
      Chronicle chronicle = watchers.chronicle();
      List<Operation> operations = recorder.operations();
      write(operations, chronicle);
      if (!complete) {
        throw new ExampleException(
            "the watch of everything was told up to "
                + chronicle.lastRevision()
                + " only, not up to "
                + revision);
      }
      verdicts.add(KvJudge.judge(operations, chronicle));
      verdicts.add(watchers.judge(chronicle));
      verdicts.addAll(plan.workload().judge(operations, chronicle, recorder.nanos()));
      List<FinalState> states = FinalLook.states(members(), revision);
      verdicts.add(FinalJudge.judge(states, chronicle));
    } catch (ExampleException | io.grpc.StatusRuntimeException e) {
      refuseWhenClosed();
      Findings broken = new Findings("final-look");
      broken.violated(String.valueOf(e.getMessage()));
      verdicts.add(Verdict.of(broken));
    }
    return verdicts;
  }

  private void write(List<Operation> operations, Chronicle chronicle) {
    try {
      HistoryFiles.write(plan.dir(), "history", operations);
      List<String> events =
          chronicle.revisions().values().stream()
              .flatMap(List::stream)
              .map(Object::toString)
              .toList();
      HistoryFiles.writeLines(plan.dir(), "chronicle.txt", events);
    } catch (IOException e) {
      throw new UncheckedIOException("can't write the history to " + plan.dir(), e);
    }
  }

  private List<Fault> possible(World world) {
    List<Fault> possible = new ArrayList<>();
    for (Fault fault : new LinkedHashSet<>(plan.faults())) {
      Optional<String> missing = fault.missing(world);
      if (missing.isPresent()) {
        progress.log("left out: " + fault.name() + ", which needs " + missing.get());
      } else {
        plan.faults().stream().filter(fault::equals).forEach(possible::add);
      }
    }
    return possible;
  }

  private List<MemberCalls> members() {
    List<MemberCalls> present = new ArrayList<>();
    for (MemberSpec member : cluster.present()) {
      present.add(java.util.Objects.requireNonNull(calls.get(member)));
    }
    return present;
  }

  private void rest(Duration time) {
    var unused = Await.holds(time, cluster::isClosed);
    refuseWhenClosed();
  }

  private void refuseWhenClosed() {
    if (cluster.isClosed()) {
      throw new ExampleException("interrupted");
    }
  }
}
