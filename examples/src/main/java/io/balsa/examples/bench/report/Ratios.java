package io.balsa.examples.bench.report;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.TreeSet;

/** What several rounds, or two systems, come to. */
public final class Ratios {
  private Ratios() {}

  /** The one in the middle, or the mean of the two there. NaN of none. */
  public static double median(List<Double> values) {
    double[] sorted = values.stream().mapToDouble(Double::doubleValue).sorted().toArray();
    if (sorted.length == 0) {
      return Double.NaN;
    }
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }

  /** A row whose every figure is the median of that figure in the rounds. */
  public static Row medians(List<Row> rounds) {
    Row medians = new Row();
    TreeSet<String> names = new TreeSet<>();
    rounds.forEach(round -> names.addAll(round.fields().keySet()));
    for (String name : names) {
      List<Double> values = new ArrayList<>();
      rounds.forEach(round -> round.figure(name).ifPresent(values::add));
      medians.with(name, median(values));
    }
    return medians;
  }

  /** Ours divided by theirs, if both were measured. */
  public static OptionalDouble of(Row ours, Row theirs, String figure) {
    OptionalDouble mine = ours.figure(figure);
    OptionalDouble other = theirs.figure(figure);
    boolean comparable = mine.isPresent() && other.isPresent() && other.getAsDouble() > 0;
    return comparable
        ? OptionalDouble.of(mine.getAsDouble() / other.getAsDouble())
        : OptionalDouble.empty();
  }
}
