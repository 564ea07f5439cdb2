package io.balsa.examples.process;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A cluster of real processes that lives no longer than its owner: closing it kills every member, and so does the end of
 * this JVM, also by Ctrl-C. Thread-safe.
 */
public final class LocalCluster implements AutoCloseable {
  private static final Duration EXIT_DEADLINE = Duration.ofSeconds(15);
  private static final int PORT_TRIES = 5;

  /** A member's last process: by itself for its exit code, and as what may be signalled. */
  private record Child(Process process, ProcessRef ref) {}

  private final Launcher launcher;
  private final ClusterSpec spec;
  private final Path dir;
  private boolean filesStay;
  private boolean ended;
  private final Map<String, Child> children = new TreeMap<>();
  private final Thread lastResort = new Thread(this::end, "end-cluster");

  private LocalCluster(Launcher launcher, ClusterSpec spec, Path dir, boolean filesStay) {
    this.launcher = launcher;
    this.spec = spec;
    this.dir = dir;
    this.filesStay = filesStay;
    Runtime.getRuntime().addShutdownHook(lastResort);
  }

  /**
   * Starts that many members on free ports, with their files in {@code dir}, where they stay, and waits until all are
   * healthy.
   *
   * @throws ExampleException with the members' last words if they don't become healthy
   */
  public static LocalCluster start(Installation home, Path dir, int count, List<String> flags) {
    return start(home, dir, count, flags, true);
  }

  /** As {@link #start}, in a directory of its own that is deleted when the cluster is closed. */
  public static LocalCluster startTemporary(Installation home, int count, List<String> flags) {
    return start(home, Trees.temporary("balsa-"), count, flags, false);
  }

  private static LocalCluster start(
      Installation home, Path dir, int count, List<String> flags, boolean filesStay) {
    for (int tries = 1; ; tries++) {
      ClusterSpec spec = ClusterSpec.onFreePorts(dir, count, flags);
      LocalCluster cluster = new LocalCluster(new Launcher(home.server()), spec, dir, filesStay);
      try {
        spec.members().forEach(cluster::launch);
        spec.members().forEach(cluster::awaitHealthy);
        return cluster;
      } catch (ExampleException e) {
        boolean lostRace =
            spec.members().stream().anyMatch(m -> LogTail.saysPortInUse(m.logFile()));
        cluster.close();
        if (!lostRace || tries == PORT_TRIES) {
          throw e;
        }
        spec.members().forEach(member -> Trees.delete(member.dir()));
      }
    }
  }

  /** The files will outlive the cluster: somebody wants to see them. */
  public synchronized void keepFiles() {
    filesStay = true;
  }

  public List<MemberSpec> members() {
    return spec.members();
  }

  public ClusterSpec spec() {
    return spec;
  }

  /** The directory with all members' files. */
  public Path dir() {
    return dir;
  }

  /** The process that runs, or last ran, the member. */
  public ProcessRef process(MemberSpec member) {
    return child(member).ref();
  }

  /** Starts a member that isn't running, and returns at once. */
  public synchronized void launch(MemberSpec member) {
    if (ended) {
      throw new ExampleException("the cluster is closed");
    }
    Process process = launcher.start(spec, member);
    children.put(member.name(), new Child(process, ProcessRef.of(process)));
  }

  /** SIGKILL, and waits until the process is gone. */
  public void kill(MemberSpec member) {
    process(member).kill();
    awaitExit(member);
  }

  /** SIGTERM, and waits until the process is gone. Returns its exit code. */
  public int stop(MemberSpec member) {
    process(member).terminate();
    awaitExit(member);
    return child(member).process().exitValue();
  }

  /**
   * Waits until the member says that it can serve.
   *
   * @throws ExampleException with the end of its log if it exits or takes too long
   */
  public void awaitHealthy(MemberSpec member) {
    Startup.awaitHealthy(member, process(member));
  }

  /** Whether the members were killed for good, by {@link #close} or because this JVM is told to end. */
  public synchronized boolean isClosed() {
    return ended;
  }

  /** The end of every member's log. */
  public String logs() {
    StringBuilder logs = new StringBuilder();
    members().forEach(member -> logs.append(LogTail.print(member)));
    return logs.toString();
  }

  @Override
  public void close() {
    end();
    try {
      Runtime.getRuntime().removeShutdownHook(lastResort);
    } catch (IllegalStateException e) {
      return; // The JVM is on its way out, and the hook has run or will.
    }
  }

  private synchronized void end() {
    ended = true;
    children.values().forEach(child -> child.ref().kill());
    children.values().forEach(child -> child.ref().awaitExit(EXIT_DEADLINE));
    if (!filesStay) {
      Trees.delete(dir);
    }
  }

  private synchronized Child child(MemberSpec member) {
    Child child = children.get(member.name());
    if (child == null) {
      throw new ExampleException(member.name() + " was never started");
    }
    return child;
  }

  private void awaitExit(MemberSpec member) {
    if (!Await.holds(EXIT_DEADLINE, () -> !child(member).process().isAlive())) {
      throw new ExampleException(
          member.name() + " was still there after " + EXIT_DEADLINE + LogTail.print(member));
    }
  }
}
