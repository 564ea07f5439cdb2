package io.balsa.examples.simulate;

import static org.assertj.core.api.Assertions.assertThat;

import io.balsa.raft.testkit.checker.Limits;
import io.balsa.raft.testkit.checker.LinearizabilityChecker;
import io.balsa.raft.testkit.checker.Verdict;
import io.balsa.raft.testkit.simulator.PlantedBug;
import io.balsa.raft.testkit.simulator.RegisterHistory;
import io.balsa.raft.testkit.simulator.SimOptions;
import io.balsa.raft.testkit.simulator.SimulatorSeeds;
import io.balsa.raft.testkit.zoo.Specimen;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class SimulateTest {
  private record Answer(int exitCode, List<String> out, List<String> err) {
    String last() {
      return out.get(out.size() - 1);
    }

    /** The arguments of a command that it printed after a word. */
    String[] command(String word) {
      String begin = word + ": examples/bin/simulate ";
      return out.stream()
          .filter(line -> line.startsWith(begin))
          .map(line -> line.substring(begin.length()).split(" "))
          .findFirst()
          .orElseThrow();
    }

    List<String> story() {
      return out.stream().filter(line -> line.startsWith("seed ")).toList();
    }
  }

  private static Answer simulate(String... args) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    int exitCode =
        SimulateMain.execute(new PrintWriter(out, true), new PrintWriter(err, true), args);
    return new Answer(exitCode, out.toString().lines().toList(), err.toString().lines().toList());
  }

  @ParameterizedTest
  @ValueSource(strings = {"register", "session", "kv"})
  void seedsPass(String workload) {
    Answer answer = simulate("--seeds", "4", "--first", "1", "--jobs", "2", "--workload", workload);
    assertThat(answer.exitCode()).isZero();
    assertThat(answer.last()).isEqualTo("4 passed, 0 failed");
    assertThat(answer.out()).anyMatch(line -> line.matches("[0-9.]+ s: [0-9.]+ seeds/s, .*"));
  }

  @Test
  void oneSeedIsTheSameRunAgain() {
    Answer answer = simulate("--seed", "4");
    assertThat(answer.exitCode()).isZero();
    assertThat(answer.last()).isEqualTo("1 passed, 0 failed");
    assertThat(simulate("--seed", "4")).isEqualTo(answer);
  }

  @Test
  void whatClientsSawCanBeJudgedFromOutside(@TempDir Path directory) throws IOException {
    Path file = directory.resolve("history.edn");
    Answer answer = simulate("--seed", "4", "--history", file.toString());
    assertThat(answer.exitCode()).isZero();
    assertThat(answer.last())
        .isEqualTo("Judge: examples/bin/check-history " + RegisterHistory.ARGUMENTS + " " + file);
    assertThat(
            LinearizabilityChecker.check(
                RegisterHistory.MODEL, file, Limits.within(Duration.ofMinutes(1))))
        .isEqualTo(new Verdict.Valid());
  }

  /** There is no failing seed to test with, so the bug is in the options here. */
  @Test
  void aFailureNamesSeedPropertyAndTheCommandsThatShowIt() {
    StringWriter out = new StringWriter();
    SimOptions<?> buggy = SimOptions.DEFAULT.withBug(PlantedBug.APPLIER_SKIPS_ENTRY);
    long seed =
        Stream.iterate(1L, next -> next + 1)
            .filter(next -> new SimulatorSeeds(buggy).run(next, buggy.extent()).isPresent())
            .findFirst()
            .orElseThrow();

    int exitCode =
        new SeedBatch(buggy, new Replay("--bug APPLIER_SKIPS_ENTRY "), new PrintWriter(out, true))
            .run(seed, 1, 1);

    assertThat(exitCode).isEqualTo(1);
    Answer answer = new Answer(exitCode, out.toString().lines().toList(), List.of());
    assertThat(answer.last()).isEqualTo("0 passed, 1 failed");
    assertThat(answer.out())
        .contains(
            "StateIsReplay is broken by seed "
                + seed
                + ": examples/bin/simulate --bug APPLIER_SKIPS_ENTRY --seed "
                + seed);
    Answer again = simulate(answer.command("Smallest"));
    assertThat(again.story()).isNotEmpty().isEqualTo(answer.story());
  }

  @ParameterizedTest
  @ValueSource(strings = {"APPLIER_SKIPS_ENTRY", "CORE_HALF_IS_A_MAJORITY"})
  void aPlantedBugIsFoundShrunkAndFoundAgain(String bug) {
    Answer found = simulate("--bug", bug, "--jobs", "2");
    assertThat(found.exitCode()).isZero();
    assertThat(found.out()).anyMatch(line -> line.startsWith(bug + " was found as "));

    Answer again = simulate(found.command("Again"));
    assertThat(again.story()).isNotEmpty().isEqualTo(found.story());

    String[] shrink =
        Stream.concat(Stream.of(found.command("Again")), Stream.of("--shrink"))
            .toArray(String[]::new);
    Answer smallest = simulate(shrink);
    assertThat(smallest.exitCode()).isZero();
    assertThat(smallest.command("Again")).contains("--seconds");
    assertThat(simulate(smallest.command("Again")).story()).isEqualTo(smallest.story());
  }

  @Test
  void aBugThatIsNotFoundIsAFailure() {
    Answer answer = simulate("--bug", "VOTE_FORGOTTEN", "--seed", "1", "--seconds", "0");
    assertThat(answer.exitCode()).isEqualTo(1);
    assertThat(answer.last()).isEqualTo("VOTE_FORGOTTEN was not found by 1 seeds from 1");
  }

  @Test
  void theListSaysWhatEachBugBreaksAndWhoFindsIt() {
    Answer answer = simulate("--list-bugs");
    assertThat(answer.exitCode()).isZero();
    assertThat(answer.out()).hasSizeGreaterThan(Specimen.all().size()).hasSizeGreaterThan(30);
    assertThat(answer.out())
        .anyMatch(
            line -> line.matches("APPLIER_SKIPS_ENTRY +StateIsReplay +\\d+  now and then the .*"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--sedes",
        "4711",
        "--seeds",
        "--seeds many",
        "--seeds 0",
        "--seed 1.5",
        "--seed 1 --seed 2",
        "--seed 1 --first 2",
        "--seed 1 --seeds 2",
        "--jobs 0",
        "--jobs -1",
        "--seconds -1",
        "--clients 0",
        "--workload sql",
        "--without floods",
        "--bug NO_SUCH_BUG",
        "--bug all --seed 1",
        "--bug VOTE_FORGOTTEN --workload kv",
        "--shrink",
        "--history h.edn",
        "--seed 1 --history h.edn --workload kv"
      })
  void wrongUsageIsOneClearLine(String line) {
    Answer answer = simulate(line.split(" "));
    assertThat(answer.exitCode()).isEqualTo(2);
    assertThat(answer.out()).isEmpty();
    assertThat(answer.err()).hasSize(1);
    assertThat(answer.err().get(0)).startsWith("simulate: ").endsWith("; see simulate --help");
  }

  @Test
  void helpSaysWhatTheExitCodesMean() {
    Answer answer = simulate("--help");
    assertThat(answer.exitCode()).isZero();
    assertThat(String.join("\n", answer.out())).contains("--bug", "Exit codes:", "0 ", "1 ", "2 ");
  }
}
