package io.balsa.examples.chaos.fault;

import io.balsa.examples.chaos.history.Recorder;
import io.balsa.examples.process.Await;
import io.balsa.examples.process.ExampleException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;

/**
 * Breaks things one after the other, now and then two at once, and puts each right again. Every kind comes up before one
 * comes up again. One thread.
 */
public final class Nemesis {
  private static final Duration PROGRESS_DEADLINE = Duration.ofSeconds(60);
  private static final int TWO_AT_ONCE = 5;

  /** What operations count under while nothing is broken, and while the last fault is still felt. */
  public static final String CALM = "calm";

  private final World world;
  private final List<Fault> kinds;
  private final SplittableRandom random;
  private final Recorder recorder;
  private final Deque<Fault> deck = new ArrayDeque<>();
  private final Map<String, Integer> counts = new TreeMap<>();

  /** A fault that was begun, and its name. */
  private record Begun(Fault fault, Fault.Strike strike) {}

  public Nemesis(World world, List<Fault> kinds, long seed, Recorder recorder) {
    this.world = world;
    this.kinds = List.copyOf(kinds);
    this.random = new SplittableRandom(seed);
    this.recorder = recorder;
  }

  /** How often each kind was done. */
  public Map<String, Integer> counts() {
    return new TreeMap<>(counts);
  }

  /**
   * Goes on until the time is over and everything is healed.
   *
   * @throws ExampleException if a member doesn't come back, or no operation succeeds any more, although all is healed
   */
  public void run(Duration time) {
    long start = System.nanoTime();
    while (System.nanoTime() - start < time.toNanos() && !world.cluster().isClosed()) {
      recorder.phase(CALM);
      world.rest(World.between(random, 500, 3_000));
      round();
    }
    recorder.phase(CALM);
  }

  private void round() {
    List<Begun> begun = new ArrayList<>();
    begun.add(begin(draw()));
    boolean another = random.nextInt(TWO_AT_ONCE) == 0 && kinds.size() > 1;
    if (another && !begun.get(0).fault().isExclusive()) {
      Fault second = draw();
      if (second.isExclusive()) {
        deck.addLast(second);
      } else {
        world.rest(World.between(random, 100, 1_000));
        begun.add(begin(second));
      }
    }
    Duration hold =
        begun.stream().map(each -> each.strike().hold()).max(Duration::compareTo).orElseThrow();
    world.rest(hold);
    begun.forEach(each -> each.strike().heal().run());
    recorder.phase(CALM);
    world.restore();
    awaitProgress();
  }

  private Begun begin(Fault fault) {
    recorder.phase(fault.name());
    Fault.Strike strike = fault.begin(world, random.split());
    counts.merge(fault.name(), 1, Integer::sum);
    world.log(fault.name() + ": " + strike.what());
    return new Begun(fault, strike);
  }

  /** The next one that can be done now: whom a kind needs may have been removed. Not all kinds need somebody. */
  private Fault draw() {
    while (true) {
      if (deck.isEmpty()) {
        deck.addAll(World.shuffled(random, kinds));
      }
      Fault next = deck.removeFirst();
      if (next.missing(world).isEmpty()) {
        return next;
      }
    }
  }

  private void awaitProgress() {
    long healed = recorder.nanos();
    boolean goesOn =
        Await.holds(
            PROGRESS_DEADLINE, () -> recorder.lastOkNanos() > healed || world.cluster().isClosed());
    if (!goesOn) {
      throw new ExampleException(
          "no operation succeeded within " + PROGRESS_DEADLINE + " although all is healed");
    }
  }
}
