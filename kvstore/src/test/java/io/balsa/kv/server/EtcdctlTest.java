package io.balsa.kv.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.balsa.kv.server.CtlScript.Step;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * etcd's own client, unchanged, against three members of ours and three of etcd, with the same commands: it must say the
 * same, but for what {@link CtlWords} and {@link CtlMask} hide, and for what a script gives a reason for. The scripts hold
 * etcd's words, so that they are read and reviewed, and ours are compared with them where no etcd is installed. Skipped
 * where there is no etcdctl. {@code -Detcdctl.rewrite=true} writes them anew, {@code -Detcdctl.only=auth} runs one.
 */
@Timeout(180)
final class EtcdctlTest {
  static final String NO_ETCDCTL =
      "skipped: there is no etcdctl on the PATH (Debian: apt-get install etcd-client)";
  static final String NO_ETCD =
      "skipped: there is no etcd on the PATH (Debian: apt-get install etcd-server)";

  private static final Path SCRIPTS = Path.of("src/test/resources/etcdctl");
  private static final boolean REWRITE = Boolean.getBoolean("etcdctl.rewrite");
  private static final String ONLY = System.getProperty("etcdctl.only", "");

  /** Elections by chance would change who leads while a script runs on a machine that is busy with something else. */
  private static final List<String> STEADY =
      List.of("--heartbeat-interval=150", "--election-timeout=1500", "--bcrypt-cost=4");

  @TempDir private Path dir;

  private static Stream<Path> scripts() throws Exception {
    try (Stream<Path> all = Files.list(SCRIPTS)) {
      return all.filter(file -> file.toString().endsWith(ONLY + ".txt")).sorted().toList().stream();
    }
  }

  @ParameterizedTest
  @MethodSource("scripts")
  void saysWhatItSaysToEtcd(Path script) throws Exception {
    assumeTrue(EtcdCluster.isOnPath("etcdctl"), NO_ETCDCTL);
    List<Step> steps = read(script);
    List<String> etcdsFlags = joined(STEADY, CtlScript.flags(">", steps));
    List<String> ourFlags = joined(etcdsFlags, CtlScript.flags(">>", steps));
    CompletableFuture<List<List<String>>> etcds = new CompletableFuture<>();
    CompletableFuture<Void> etcdsEnd =
        CtlProcess.inBackground(() -> askEtcdIfThere(etcdsFlags, steps, etcds));
    List<List<String>> ours;
    try {
      ours = askOurs(ourFlags, steps);
    } finally {
      etcdsEnd.get(120, TimeUnit.SECONDS); // no process stays behind
    }
    compare(script, steps, etcds.get(), ours);
  }

  static List<Step> read(Path script) {
    try {
      return CtlScript.parse(Files.readAllLines(script));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What each side said is what the script says; or the script is written anew. */
  static void compare(
      Path script, List<Step> steps, List<List<String>> etcds, List<List<String>> ours)
      throws IOException {
    List<Step> seen = new ArrayList<>();
    for (int i = 0; i < steps.size(); i++) {
      seen.add(steps.get(i).seen(etcds.get(i), ours.get(i)));
    }
    if (REWRITE) {
      Files.write(script, CtlScript.print(seen));
    }
    assertThat(String.join("\n", CtlScript.print(seen)))
        .isEqualTo(String.join("\n", CtlScript.print(steps)))
        .doesNotContain("differs: ?");
  }

  private List<List<String>> askOurs(List<String> flags, List<Step> steps) throws Exception {
    try (TestCluster cluster =
            TestCluster.start(dir.resolve("ours"), 3, flags.toArray(String[]::new));
        CtlSide side =
            new CtlSide(directory("ctl-ours"), 3, "127.0.0.1:" + cluster.clientPort(0))) {
      return ask(side, steps);
    }
  }

  private void askEtcdIfThere(
      List<String> flags, List<Step> steps, CompletableFuture<List<List<String>>> said) {
    try {
      boolean isThere = EtcdCluster.isOnPath("etcd");
      said.complete(isThere ? askEtcd(flags, steps) : steps.stream().map(Step::etcds).toList());
    } catch (Exception | AssertionError e) {
      said.completeExceptionally(e);
    }
  }

  private List<List<String>> askEtcd(List<String> flags, List<Step> steps) throws Exception {
    try (EtcdCluster cluster = EtcdCluster.start(dir.resolve("etcd"), 3, flags);
        CtlSide side = new CtlSide(directory("ctl-etcd"), 3, cluster.endpoint(0))) {
      return ask(side, steps);
    }
  }

  private static List<String> joined(List<String> some, List<String> more) {
    return Stream.concat(some.stream(), more.stream()).toList();
  }

  private Path directory(String name) throws Exception {
    return Files.createDirectories(dir.resolve(name));
  }

  static List<List<String>> ask(CtlSide side, List<Step> steps) throws Exception {
    List<List<String>> all = new ArrayList<>();
    for (Step step : steps) {
      try {
        all.add(step.isProse() ? List.of() : side.run(step));
      } catch (AssertionError | IllegalArgumentException e) {
        all.add(List.of(failure(e))); // what follows is of interest nevertheless
      }
    }
    return all;
  }

  private static String failure(Throwable e) {
    return "  ? " + String.valueOf(e.getMessage()).replace('\n', ' ');
  }
}
