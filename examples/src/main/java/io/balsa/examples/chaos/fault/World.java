package io.balsa.examples.chaos.fault;

import io.balsa.examples.chaos.client.MemberCalls;
import io.balsa.examples.chaos.cluster.ChaosCluster;
import io.balsa.examples.chaos.link.Links;
import io.balsa.examples.process.Await;
import io.balsa.examples.process.ExampleException;
import io.balsa.examples.process.Health;
import io.balsa.examples.process.LogTail;
import io.balsa.examples.process.MemberSpec;
import io.balsa.examples.process.Trees;
import io.balsa.kv.proto.StatusRequest;
import io.balsa.kv.proto.StatusResponse;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;

/** What faults are done to, and how it is all put right again. The nemesis' thread. */
public final class World {
  private static final Duration RESTORE_DEADLINE = Duration.ofSeconds(180);
  private static final Duration ARMED_DEADLINE = Duration.ofSeconds(20);
  private static final Duration DAMAGED_DEADLINE = Duration.ofSeconds(20);

  private final ChaosCluster cluster;
  private final Map<MemberSpec, MemberCalls> calls;
  private final LongSupplier safeRevision;
  private final Consumer<String> log;

  /** Whose files were damaged since they were last wiped, and whose data they were: a member that repairs itself gets an identity anew. */
  private final Map<MemberSpec, String> damaged = new HashMap<>();

  private final Membership membership = new Membership(this);

  /**
   * @param calls of all members, also of those that may be added
   * @param safeRevision a revision for a compaction that will be asked for
   * @param log takes what else is worth telling
   */
  public World(
      ChaosCluster cluster,
      Map<MemberSpec, MemberCalls> calls,
      LongSupplier safeRevision,
      Consumer<String> log) {
    this.cluster = cluster;
    this.calls = calls;
    this.safeRevision = safeRevision;
    this.log = log;
  }

  public ChaosCluster cluster() {
    return cluster;
  }

  Links links() {
    return cluster.links();
  }

  MemberCalls calls(MemberSpec member) {
    MemberCalls found = calls.get(member);
    if (found == null) {
      throw new IllegalArgumentException(member.name() + " isn't in the plan");
    }
    return found;
  }

  long safeRevision() {
    return safeRevision.getAsLong();
  }

  void log(String what) {
    log.accept(what);
  }

  List<MemberSpec> members() {
    return cluster.present();
  }

  List<String> names() {
    return members().stream().map(MemberSpec::name).toList();
  }

  /** How the member is, unless it doesn't answer. */
  Optional<StatusResponse> status(MemberSpec member) {
    try {
      calls(member).nudge();
      return Optional.of(calls(member).maintenance().status(StatusRequest.getDefaultInstance()));
    } catch (StatusRuntimeException e) {
      return Optional.empty(); // Down, or not up yet: that is the answer.
    }
  }

  /** Who says of itself that it leads; of several, who has the latest term. */
  Optional<MemberSpec> leader() {
    MemberSpec leader = null;
    long term = -1;
    for (MemberSpec member : members()) {
      Optional<StatusResponse> status =
          cluster.isRunning(member) ? status(member) : Optional.empty();
      if (status.isPresent()
          && status.get().getLeader() == status.get().getHeader().getMemberId()
          && status.get().getRaftTerm() > term) {
        leader = member;
        term = status.get().getRaftTerm();
      }
    }
    return Optional.ofNullable(leader);
  }

  /** The leader half of the time, otherwise anybody. */
  MemberSpec victim(SplittableRandom random) {
    boolean wantsLeader = random.nextBoolean();
    MemberSpec anybody = any(random, members());
    return wantsLeader ? leader().orElse(anybody) : anybody;
  }

  String text(MemberSpec member) {
    return member.name() + (leader().filter(member::equals).isPresent() ? " (leader)" : "");
  }

  static <T> T any(SplittableRandom random, List<T> of) {
    return of.get(random.nextInt(of.size()));
  }

  static <T> List<T> shuffled(SplittableRandom random, List<T> all) {
    List<T> shuffled = new ArrayList<>(all);
    for (int i = shuffled.size() - 1; i > 0; i--) {
      Collections.swap(shuffled, i, random.nextInt(i + 1));
    }
    return shuffled;
  }

  static Duration between(RandomGenerator random, long millisMin, long millisMax) {
    return Duration.ofMillis(random.nextLong(millisMin, millisMax + 1));
  }

  void rest(Duration time) {
    var unused = Await.holds(time, cluster::isClosed);
  }

  /** To be told before its files are damaged. */
  void damage(MemberSpec member) {
    damaged.putIfAbsent(member, identity(member));
  }

  /**
   * Somebody whose data may be damaged or go: one whose data is damaged already, though it may not have come upon it yet. Otherwise
   * two of three copies would be lost, from which nobody has promised to recover.
   */
  MemberSpec expendable(SplittableRandom random) {
    damaged.entrySet().removeIf(member -> !identity(member.getKey()).equals(member.getValue()));
    return members().stream()
        .filter(damaged::containsKey)
        .findFirst()
        .orElseGet(() -> victim(random));
  }

  private static String identity(MemberSpec member) {
    try {
      return Files.readString(member.dataDir().resolve("identity"), StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      return "none: " + e; // It never started, or just wrote it.
    }
  }

  /** Everything that the member had is lost. It must not be running. */
  private void wipe(MemberSpec member) {
    Trees.deleteContents(member.dataDir());
    damaged.remove(member);
  }

  Membership membership() {
    return membership;
  }

  /** The member is none any more, and what it had is gone. */
  void forget(MemberSpec member) {
    cluster.kill(member);
    cluster.leave(member);
    wipe(member);
  }

  /** The member dies and all its files are gone; started again, it must refuse to take part, and waits to be replaced. */
  void lose(MemberSpec member) {
    cluster.kill(member);
    wipe(member);
    cluster.launch(member);
  }

  /** Removes the member for good, and adds one with its name and addresses that has nothing. */
  void replace(MemberSpec member) {
    membership.remove(member);
    forget(member);
    membership.add(member, false);
    cluster.join(member);
  }

  /**
   * Heals links, wakes whom somebody paused, starts who is down, and waits until all are healthy.
   *
   * @throws ExampleException if a member doesn't come back whose files nobody damaged
   */
  public void restore() {
    links().heal();
    for (MemberSpec member : members()) {
      cluster.process(member).resume();
      cluster.launch(member);
    }
    for (MemberSpec member : members()) {
      if (cluster.isArmed(member) && !comesBack(member, ARMED_DEADLINE)) {
        log.accept(member.name() + " doesn't come back with failpoints: starts without");
        restartPlainly(member);
      }
    }
    for (MemberSpec member : members()) {
      if (damaged.containsKey(member) && !comesBack(member, DAMAGED_DEADLINE)) {
        log.accept(member.name() + " doesn't come back with damaged files: is replaced");
        replace(member);
      }
    }
    if (!allComeBack() && !cluster.isClosed()) {
      throw new ExampleException(
          members().stream()
              .filter(member -> !isWell(member))
              .map(
                  member ->
                      member.name()
                          + (cluster.isRunning(member) ? " isn't healthy" : " has ended")
                          + " although nothing is broken any more"
                          + LogTail.print(member))
              .collect(Collectors.joining("\n")));
    }
  }

  /**
   * Who was about to end of what was broken, and hadn't yet when the others were started, is started again, once; without failpoints,
   * or it might have a reason of its own to end.
   */
  private boolean allComeBack() {
    Set<MemberSpec> startedAgain = new HashSet<>();
    return Await.holds(
        RESTORE_DEADLINE,
        () -> {
          for (MemberSpec member : members()) {
            if (!cluster.isRunning(member) && !cluster.isClosed() && startedAgain.add(member)) {
              log.accept(member.name() + " has ended: starts again");
              cluster.launch(member, ChaosCluster.Start.PLAIN);
            }
          }
          return members().stream().allMatch(this::isWell) || cluster.isClosed();
        });
  }

  private boolean isWell(MemberSpec member) {
    return cluster.isRunning(member) && Health.isHealthy(member);
  }

  /** From here on nobody dies who isn't killed: who was started with failpoints is started without. */
  public void disarm() {
    cluster.setStartOptions(member -> ChaosCluster.Start.PLAIN);
    for (MemberSpec member : members()) {
      if (cluster.isArmed(member)) {
        restartPlainly(member);
      }
    }
  }

  private void restartPlainly(MemberSpec member) {
    cluster.kill(member);
    cluster.launch(member, ChaosCluster.Start.PLAIN);
  }

  /** Whether the member is healthy in time; no as soon as it has ended. */
  boolean comesBack(MemberSpec member, Duration deadline) {
    var unused =
        Await.holds(
            deadline,
            () -> !cluster.isRunning(member) || Health.isHealthy(member) || cluster.isClosed());
    return isWell(member);
  }
}
