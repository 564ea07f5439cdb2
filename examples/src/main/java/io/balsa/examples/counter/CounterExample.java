package io.balsa.examples.counter;

import io.balsa.examples.process.ExampleException;
import io.balsa.raft.model.InvalidConfigException;
import io.balsa.raft.model.StorageException;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** The command line of {@code examples/bin/counter}. */
@Command(
    name = "counter",
    description = {
      "A number that three nodes agree on.",
      "Without a name: all three in this process, one of them stopped and started again on the way.",
      "With a name: that one of three, in the foreground; type numbers to add them."
    },
    mixinStandardHelpOptions = true)
public final class CounterExample implements Callable<Integer> {

  @Parameters(
      arity = "0..1",
      paramLabel = "NAME",
      description = "n1, n2 or n3: run this one only, on port 7001, 7002 or 7003.")
  private String name = "";

  private CounterExample() {}

  public static void main(String[] args) {
    System.exit(execute(args));
  }

  /** Runs one command line and returns its exit code. */
  static int execute(String... args) {
    return new CommandLine(new CounterExample()).execute(args);
  }

  @Override
  public Integer call() {
    try {
      if (name.isEmpty()) {
        new CounterTour(System.out).run();
      } else {
        new CounterNode(System.out).run(name);
      }
      return 0;
    } catch (ExampleException | InvalidConfigException | StorageException e) {
      System.err.println("counter: " + e.getMessage());
      return 1;
    }
  }
}
