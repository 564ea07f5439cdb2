package io.balsa.raft.testkit.simulator;

/** Whether one part of a node hangs, in this life of the node. */
final class Stall {
  private final World world;
  private final SimNode<?> node;
  private final Runnable goOn;
  private long until;

  /**
   * @param goOn what the part does when it hangs no more
   */
  Stall(World world, SimNode<?> node, Runnable goOn) {
    this.world = world;
    this.node = node;
    this.goOn = goOn;
  }

  void begin(long nanos) {
    until = Math.max(until, world.queue().now() + nanos);
    node.after(nanos, goOn);
  }

  void end() {
    until = 0;
    goOn.run();
  }

  boolean isOn() {
    return leftNanos() > 0;
  }

  long leftNanos() {
    return Math.max(0, until - world.queue().now());
  }
}
