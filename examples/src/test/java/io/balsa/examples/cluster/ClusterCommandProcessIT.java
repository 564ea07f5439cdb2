package io.balsa.examples.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.balsa.examples.process.FreePorts;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A cluster in the background, through all that a user may do to it. */
class ClusterCommandProcessIT {

  /** What one command answered. */
  private record Answer(int exitCode, String out, String err) {}

  @TempDir Path temporary;

  private int basePort = freeBasePort();

  @AfterEach
  void takeDown() {
    cluster("down", "--purge");
  }

  @Test
  void aClusterGoesUpIsHurtAndGoesDown() {
    up();
    assertThat(dir().resolve("n1").resolve("log"))
        .content()
        .contains("ready to serve client requests")
        .doesNotContain(" DEBUG ");
    assertThat(cluster("status").out()).containsPattern("n1 .*running.*").doesNotContain("stopped");
    assertThat(cluster("up").err()).contains("is running already");

    assertThat(cluster("kill", "n1").exitCode()).isZero();
    assertThat(cluster("kill", "n1").err()).isEqualTo("cluster: n1 isn't running\n");
    assertThat(cluster("status", "--json").out())
        .contains("{\"name\": \"n1\", \"pid\": null, \"state\": \"stopped\"");
    Answer start = cluster("start", "n1");
    assertThat(start.exitCode()).as("%s", start).isZero();

    assertThat(cluster("pause", "n2").exitCode()).isZero();
    assertThat(cluster("status").out()).containsPattern("n2 .*frozen.*");
    assertThat(cluster("resume", "n2").exitCode()).isZero();
    assertThat(cluster("stop", "n3").exitCode()).isZero();
    assertThat(cluster("start", "n4").err()).contains("there is no member n4, only n1, n2, n3");

    assertThat(cluster("down").out().lines()).containsExactly("n1 has stopped", "n2 has stopped");
    assertThat(cluster("status").out()).doesNotContain("running");
    assertThat(dir()).isNotEmptyDirectory();
    assertThat(cluster("down", "--purge").exitCode()).isZero();
    assertThat(dir()).doesNotExist();
  }

  @Test
  void aDeadMemberIsReplacedByALearnerThatIsPromoted() {
    up();
    assertThat(cluster("kill", "n2").exitCode()).isZero();
    Answer removed = cluster("remove", "n2");
    assertThat(removed.exitCode()).as("%s", removed).isZero();
    assertThat(removed.out()).contains("n2 was removed").doesNotContain(" n2 ");
    assertThat(dir().resolve("n2")).doesNotExist();
    assertThat(cluster("start", "n2").err()).contains("there is no member n2, only n1, n3");

    Answer added = cluster("add", "--learner");
    assertThat(added.exitCode()).as("%s", added).isZero();
    assertThat(added.out()).containsPattern("n2 was added as [0-9a-f]+").contains(" yes");
    Answer promoted = cluster("promote", "n2");
    assertThat(promoted.exitCode()).as("%s", promoted).isZero();
    assertThat(promoted.out()).contains("n2 votes from now on").doesNotContain(" yes");

    assertThat(cluster("remove", "n1").exitCode()).as("a member that runs").isZero();
    assertThat(cluster("down").out()).contains("n2 has stopped", "n3 has stopped");
    Answer again = cluster("up");
    assertThat(again.exitCode()).as("%s", again).isZero();
    assertThat(cluster("status").out()).contains("n2 ", "n3 ").doesNotContain("n1 ");
  }

  @Test
  void aTakenPortIsRefusedAndNothingIsLeftBehind() {
    up();

    Path second = temporary.resolve("second");
    Answer refused = run("up", "--dir=" + second, "--base-port=" + basePort);

    assertThat(refused.exitCode()).isEqualTo(1);
    assertThat(refused.err()).contains("somebody else listens on port " + basePort);
    assertThat(second.resolve("n1")).doesNotExist();
  }

  private void up() {
    Answer up = cluster("up", "--base-port=" + basePort);
    while (up.err().contains("somebody else listens") || up.err().contains("in use")) {
      cluster("down", "--purge");
      basePort = freeBasePort();
      up = cluster("up", "--base-port=" + basePort);
    }
    assertThat(up.exitCode()).as("%s", up).isZero();
  }

  private Path dir() {
    return temporary.resolve("cluster");
  }

  private Answer cluster(String command, String... args) {
    String[] all =
        IntStream.range(0, args.length + 2)
            .mapToObj(i -> i == 0 ? command : i == 1 ? "--dir=" + dir() : args[i - 2])
            .toArray(String[]::new);
    return run(all);
  }

  private static Answer run(String... args) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    int exitCode = ClusterMain.execute(new PrintWriter(out), new PrintWriter(err, true), args);
    return new Answer(exitCode, out.toString(), err.toString());
  }

  private static int freeBasePort() {
    while (true) {
      int port = FreePorts.take(1).get(0);
      List<Integer> needed =
          List.of(port + 1, port + 10, port + 11, port + 20, port + 21, port + 30, port + 31);
      if (needed.stream().allMatch(FreePorts::isFree)) {
        return port;
      }
    }
  }
}
