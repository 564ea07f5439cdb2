package io.balsa.examples.chaos.link;

import java.time.Duration;

/**
 * What happens to the bytes that travel in one direction of one link. Immutable.
 *
 * @param cut nothing arrives and nobody is told; what was sent waits, as it does in TCP
 * @param delay of each piece that is carried, plus up to the same again
 * @param bytesPerSecond at most; 0 for no limit
 * @param resetChance that a piece isn't carried and the connection is reset instead
 * @param flipChance that one bit of a piece is another when it arrives
 */
public record Weather(
    boolean cut, Duration delay, long bytesPerSecond, double resetChance, double flipChance) {
  public static final Weather FAIR = new Weather(false, Duration.ZERO, 0, 0, 0);
  public static final Weather CUT = new Weather(true, Duration.ZERO, 0, 0, 0);

  public static Weather slow(Duration delay) {
    return new Weather(false, delay, 0, 0, 0);
  }

  public static Weather throttled(long bytesPerSecond) {
    return new Weather(false, Duration.ZERO, bytesPerSecond, 0, 0);
  }

  public static Weather resetting(double chance) {
    return new Weather(false, Duration.ZERO, 0, chance, 0);
  }

  public static Weather flipping(double chance) {
    return new Weather(false, Duration.ZERO, 0, 0, chance);
  }
}
