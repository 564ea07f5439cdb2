package io.balsa.examples.process;

import java.time.Duration;

/** The wait between a member's start and its use. */
public final class Startup {
  private static final Duration DEADLINE = Duration.ofSeconds(60);

  private Startup() {}

  /**
   * Waits until the member says that it can serve; a minute at most.
   *
   * @throws ExampleException with the end of its log if it exits or takes too long
   */
  public static void awaitHealthy(MemberSpec member, ProcessRef process) {
    awaitHealthy(member, process, DEADLINE);
  }

  /** The same, for a member that has much to read before it can serve. */
  public static void awaitHealthy(MemberSpec member, ProcessRef process, Duration deadline) {
    boolean healthy =
        Await.holds(
            deadline,
            () -> {
              if (!process.isAlive()) {
                throw new ExampleException(member.name() + " exited" + LogTail.print(member));
              }
              return Health.isHealthy(member);
            });
    if (!healthy) {
      throw new ExampleException(
          member.name() + " wasn't healthy within " + deadline + LogTail.print(member));
    }
  }
}
