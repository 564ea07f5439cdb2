package io.balsa.examples.chaos.cluster;

import io.balsa.examples.chaos.link.Links;
import io.balsa.examples.process.Await;
import io.balsa.examples.process.ExampleException;
import io.balsa.examples.process.Health;
import io.balsa.examples.process.Launcher;
import io.balsa.examples.process.LogTail;
import io.balsa.examples.process.MemberSpec;
import io.balsa.examples.process.ProcessRef;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * Members as processes, and the links between them. Closing it kills every member, and so does the end of this JVM, also by
 * Ctrl-C; files stay. Thread-safe.
 */
public final class ChaosCluster implements AutoCloseable {
  private static final Duration EXIT_DEADLINE = Duration.ofSeconds(20);
  private static final Duration HEALTHY_DEADLINE = Duration.ofSeconds(180);

  private record Child(Process process, ProcessRef ref) {}

  private final ServerCommand server;
  private final ChaosSpec spec;
  private final Links links = new Links();
  private final Thread lastResort = new Thread(this::end, "end-chaos");

  // All guarded by this.
  private final Map<String, Child> children = new TreeMap<>();
  private final List<MemberSpec> present = new ArrayList<>();
  private final Map<String, List<MemberSpec>> joinedAs = new HashMap<>();
  private StartOptions startOptions = member -> Start.PLAIN;
  private final Set<String> armed = new HashSet<>();
  private boolean ended;

  /**
   * What a start adds.
   *
   * @param jvmOptions for instance armed failpoints
   * @param environment for instance another clock
   */
  public record Start(List<String> jvmOptions, Map<String, String> environment) {
    public static final Start PLAIN = new Start(List.of(), Map.of());
  }

  /** Decides at each start of a member. */
  @FunctionalInterface
  public interface StartOptions {
    Start of(MemberSpec member);
  }

  private ChaosCluster(ServerCommand server, ChaosSpec spec) {
    this.server = server;
    this.spec = spec;
    this.present.addAll(spec.initialMembers());
    Runtime.getRuntime().addShutdownHook(lastResort);
  }

  /**
   * Starts the initial members and waits until all are healthy.
   *
   * @throws ExampleException with the members' last words if they don't become healthy
   */
  public static ChaosCluster start(ServerCommand server, ChaosSpec spec, StartOptions options) {
    ChaosCluster cluster = new ChaosCluster(server, spec);
    cluster.setStartOptions(options);
    try {
      cluster.openLinks();
      cluster.present().forEach(cluster::launch);
      cluster.present().forEach(cluster::awaitHealthy);
      return cluster;
    } catch (ExampleException | UncheckedIOException e) {
      cluster.close();
      throw e;
    }
  }

  private void openLinks() {
    for (MemberSpec from : spec.members()) {
      try {
        Files.createDirectories(from.dir());
        Files.writeString(hostsFile(from), spec.hosts(from));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      for (MemberSpec to : spec.members()) {
        if (!from.equals(to)) {
          openLink(from, to, to.peerPort());
          openLink(from, to, to.clientPort());
        }
      }
    }
  }

  private void openLink(MemberSpec from, MemberSpec to, int port) {
    links.open(
        from.name(),
        to.name(),
        new InetSocketAddress(spec.linkAddress(from, to), port),
        new InetSocketAddress(MemberSpec.HOST, port));
  }

  private static Path hostsFile(MemberSpec member) {
    return member.dir().resolve("hosts");
  }

  public ChaosSpec spec() {
    return spec;
  }

  public Links links() {
    return links;
  }

  /** Who is a member now, running or not. */
  public synchronized List<MemberSpec> present() {
    return List.copyOf(present);
  }

  /** Who may be added. */
  public synchronized List<MemberSpec> absent() {
    return spec.members().stream().filter(member -> !present.contains(member)).toList();
  }

  /** From the next start of each member on. */
  public synchronized void setStartOptions(StartOptions options) {
    startOptions = options;
  }

  /** A member that the cluster has just been told about. It is started as one that joins, with nothing added. */
  public synchronized void join(MemberSpec member) {
    present.add(member);
    joinedAs.put(member.name(), List.copyOf(present));
    launch(member, Start.PLAIN);
  }

  /** The cluster has no such member any more. */
  public synchronized void leave(MemberSpec member) {
    present.remove(member);
    joinedAs.remove(member.name());
  }

  /** Starts a member that isn't running, and returns at once. */
  public synchronized void launch(MemberSpec member) {
    launch(member, startOptions.of(member));
  }

  /** As {@link #launch(MemberSpec)}, with additions for this one start. */
  public synchronized void launch(MemberSpec member, Start start) {
    if (ended) {
      throw new ExampleException("the cluster is closed");
    }
    if (isRunning(member)) {
      return;
    }
    List<MemberSpec> joined = joinedAs.get(member.name());
    List<String> command =
        joined == null
            ? spec.command(server, member)
            : spec.command(server, member, joined, "existing");
    Map<String, String> environment =
        new HashMap<>(ChaosSpec.environment(hostsFile(member), start.jvmOptions()));
    environment.putAll(start.environment());
    Process process = Launcher.start(member, command, environment);
    children.put(member.name(), new Child(process, ProcessRef.of(process)));
    if (start.equals(Start.PLAIN)) {
      armed.remove(member.name());
    } else {
      armed.add(member.name());
    }
  }

  /** Whether the member was started with something added. */
  public synchronized boolean isArmed(MemberSpec member) {
    return armed.contains(member.name());
  }

  public synchronized boolean isRunning(MemberSpec member) {
    Child child = children.get(member.name());
    return child != null && child.process().isAlive();
  }

  /** The process that runs, or last ran, the member. */
  public synchronized ProcessRef process(MemberSpec member) {
    return child(member).ref();
  }

  /** SIGKILL, and waits until the process is gone; nothing if it is. */
  public void kill(MemberSpec member) {
    process(member).kill();
    awaitExit(member);
  }

  /** SIGTERM, also to a paused one, and waits until the process is gone. Returns its exit code. */
  public int stop(MemberSpec member) {
    process(member).terminate();
    process(member).resume(); // A paused one would never hear of it.
    awaitExit(member);
    synchronized (this) {
      return child(member).process().exitValue();
    }
  }

  /**
   * Waits until the member says that it can serve.
   *
   * @throws ExampleException with the end of its log if it exits or takes too long
   */
  private void awaitHealthy(MemberSpec member) {
    boolean healthy =
        Await.holds(
            HEALTHY_DEADLINE,
            () -> {
              if (!isRunning(member)) {
                throw new ExampleException(member.name() + " exited" + LogTail.print(member));
              }
              return Health.isHealthy(member);
            });
    if (!healthy) {
      throw new ExampleException(
          member.name() + " wasn't healthy within " + HEALTHY_DEADLINE + LogTail.print(member));
    }
  }

  /** Whether the members were killed for good. */
  public synchronized boolean isClosed() {
    return ended;
  }

  @Override
  public void close() {
    end();
    links.close();
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
  }

  private Child child(MemberSpec member) {
    return Optional.ofNullable(children.get(member.name()))
        .orElseThrow(() -> new ExampleException(member.name() + " was never started"));
  }

  private void awaitExit(MemberSpec member) {
    if (!Await.holds(EXIT_DEADLINE, () -> !isRunning(member))) {
      throw new ExampleException(
          member.name() + " was still there after " + EXIT_DEADLINE + LogTail.print(member));
    }
  }
}
