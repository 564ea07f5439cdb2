package io.balsa.kv.server;

import io.balsa.kv.model.MemberId;
import io.balsa.kv.state.store.FileTree;
import io.balsa.raft.file.disk.Disk;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a member's directory says of its repairs, so that one which a crash cut short goes on. One thread at a time.
 *
 * <pre>
 * damaged   what damage the member stopped for; until it is repaired
 * repair    which member takes its place; until all is done
 * repairs   when it was repaired: the last times
 * </pre>
 */
final class RepairNotes {
  private static final Logger log = LoggerFactory.getLogger(RepairNotes.class);
  private static final int TIMES_MAX = 10;
  private static final Pattern ORDER =
      Pattern.compile("member ([0-9a-f]{16}) comes back as ([0-9a-f]{16}): ([^\n]*)\n");

  private final Path dir;
  private final Path damaged;
  private final Path repair;
  private final Path repairs;

  RepairNotes(Path dir) {
    this.dir = dir;
    this.damaged = dir.resolve("damaged");
    this.repair = dir.resolve("repair");
    this.repairs = dir.resolve("repairs");
  }

  /**
   * That a member is replaced.
   *
   * @param damage what for
   */
  record Order(MemberId old, MemberId replacement, String damage) {}

  /** Notes durably what the member stops for. */
  void noteDamage(String what) {
    try {
      write(damaged, oneLine(what));
    } catch (IOException e) {
      // It stops all the same, and whatever finds the damage again notes it again.
      log.warn("can't note in {} that its data is damaged", dir, e);
    }
  }

  /** What the member stopped for. */
  Optional<String> damage() {
    return read(damaged).map(String::strip);
  }

  /**
   * @throws StartupException if there is an order that makes no sense
   */
  Optional<Order> order() {
    return read(repair).map(this::parse);
  }

  private Order parse(String text) {
    Matcher order = ORDER.matcher(text);
    if (!order.matches()) {
      throw new StartupException(
          repair + " makes no sense: remove it, and the member decides anew whether it is damaged");
    }
    return new Order(id(order.group(1)), id(order.group(2)), order.group(3));
  }

  private static MemberId id(String hex) {
    return new MemberId(Long.parseUnsignedLong(hex, 16));
  }

  /** Notes the order durably. */
  void begin(Order order) throws IOException {
    write(
        repair,
        "member "
            + order.old().toNodeId()
            + " comes back as "
            + order.replacement().toNodeId()
            + ": "
            + oneLine(order.damage()));
  }

  /** All is done: forgets the order and the damage, and remembers when. */
  void done(Instant now) throws IOException {
    if (Files.exists(repair)) {
      List<String> times = new ArrayList<>(times());
      times.add(now.toString());
      write(
          repairs,
          String.join("\n", times.subList(Math.max(0, times.size() - TIMES_MAX), times.size())));
    }
    Files.deleteIfExists(damaged);
    Disk.ofSystem().force(dir);
    Files.deleteIfExists(repair);
    Disk.ofSystem().force(dir);
  }

  /** How often the member was repaired in the time before {@code now}. */
  long repairsWithin(Duration time, Instant now) {
    Instant from = now.minus(time);
    return times().stream().filter(text -> !Instant.parse(text).isBefore(from)).count();
  }

  private List<String> times() {
    return read(repairs)
        .map(
            text ->
                text.lines()
                    .filter(
                        line ->
                            line.matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(\\.\\d+)?Z"))
                    .toList())
        .orElse(List.of());
  }

  private static String oneLine(String text) {
    return text.replaceAll("\\s+", " ");
  }

  private Optional<String> read(Path file) {
    try {
      return Files.exists(file)
          ? Optional.of(Files.readString(file, StandardCharsets.UTF_8))
          : Optional.empty();
    } catch (IOException e) {
      throw new StartupException("can't read " + file + ": " + e, e);
    }
  }

  private void write(Path file, String text) throws IOException {
    Path draft = file.resolveSibling(file.getFileName() + ".tmp");
    Files.writeString(draft, text + "\n", StandardCharsets.UTF_8);
    FileTree.force(draft);
    Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    Disk.ofSystem().force(dir);
  }
}
