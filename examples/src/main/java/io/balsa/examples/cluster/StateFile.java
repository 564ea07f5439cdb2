package io.balsa.examples.cluster;

import io.balsa.examples.process.ClusterSpec;
import io.balsa.examples.process.ExampleException;
import io.balsa.examples.process.MemberSpec;
import io.balsa.examples.process.ProcessRef;
import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * The file in which a cluster's directory remembers its members and their processes, locked while a command changes
 * anything: of two commands at once the second refuses.
 */
final class StateFile implements AutoCloseable {
  private static final String FILE = "cluster.properties";
  private static final String LOCK = "cluster.lock";

  private final Path dir;
  private final FileChannel lock;

  private StateFile(Path dir, FileChannel lock) {
    this.dir = dir;
    this.lock = lock;
  }

  /** Opens the directory for a change; creates it if it isn't there. */
  static StateFile lock(Path dir) {
    try {
      Files.createDirectories(dir);
      FileChannel channel =
          FileChannel.open(dir.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      FileLock held = channel.tryLock();
      if (held == null) {
        channel.close();
        throw new ExampleException("another command is at work in " + dir);
      }
      return new StateFile(dir, channel);
    } catch (IOException e) {
      throw new ExampleException("can't use " + dir + ": " + e, e);
    }
  }

  /** Opens the directory of a cluster that must exist. */
  static StateFile lockExisting(Path dir) {
    require(dir);
    return lock(dir);
  }

  /**
   * @throws ExampleException if there is no cluster in the directory
   */
  static ClusterState require(Path dir) {
    return read(dir)
        .orElseThrow(
            () -> new ExampleException("there is no cluster in " + dir + ": start one with up"));
  }

  static Optional<ClusterState> read(Path dir) {
    Properties properties = new Properties();
    try {
      properties.load(new StringReader(Files.readString(dir.resolve(FILE))));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return Optional.of(new Reader(dir, properties).state());
  }

  ClusterState state() {
    return require(dir);
  }

  /** Replaces what the file says, all at once. */
  void write(ClusterState state) {
    try {
      Path next = dir.resolve(FILE + ".new");
      Files.writeString(next, print(state));
      Files.move(next, dir.resolve(FILE), StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Forgets the cluster. */
  void delete() {
    try {
      Files.deleteIfExists(dir.resolve(FILE));
      Files.deleteIfExists(dir.resolve(LOCK));
      Files.deleteIfExists(dir);
    } catch (DirectoryNotEmptyException e) {
      return; // Somebody keeps other things here.
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    try {
      lock.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String print(ClusterState state) throws IOException {
    Properties properties = new Properties();
    List<String> flags = state.spec().flags();
    for (int i = 0; i < flags.size(); i++) {
      properties.setProperty(String.format("flag.%03d", i), flags.get(i));
    }
    for (MemberSpec member : state.spec().members()) {
      String prefix = "member." + member.name() + ".";
      properties.setProperty(prefix + "client-port", Integer.toString(member.clientPort()));
      properties.setProperty(prefix + "peer-port", Integer.toString(member.peerPort()));
      if (member.joins()) {
        properties.setProperty(prefix + "joins", "true");
      }
      state
          .process(member)
          .ifPresent(
              process -> {
                properties.setProperty(prefix + "pid", Long.toString(process.pid()));
                properties.setProperty(prefix + "started", process.started().toString());
              });
    }
    StringWriter text = new StringWriter();
    properties.store(text, null);
    // Properties puts today's date first and the rest in no order.
    return text.toString()
        .lines()
        .filter(line -> !line.startsWith("#"))
        .sorted()
        .collect(Collectors.joining("\n", "", "\n"));
  }

  /** Turns the properties back into a state. */
  private record Reader(Path dir, Properties properties) {

    ClusterState state() {
      List<MemberSpec> members = new ArrayList<>();
      Map<String, ProcessRef> processes = new TreeMap<>();
      for (String name : names()) {
        int clientPort = Integer.parseInt(value(name, "client-port"));
        int peerPort = Integer.parseInt(value(name, "peer-port"));
        boolean joins = properties.containsKey(key(name, "joins"));
        members.add(new MemberSpec(name, clientPort, peerPort, dir.resolve(name), joins));
        if (properties.containsKey(key(name, "pid"))) {
          long pid = Long.parseLong(value(name, "pid"));
          processes.put(name, new ProcessRef(pid, Instant.parse(value(name, "started"))));
        }
      }
      return new ClusterState(new ClusterSpec(members, flags()), processes);
    }

    private List<String> names() {
      return properties.stringPropertyNames().stream()
          .filter(key -> key.endsWith(".client-port"))
          .map(key -> key.substring("member.".length(), key.length() - ".client-port".length()))
          .sorted()
          .toList();
    }

    private List<String> flags() {
      return properties.stringPropertyNames().stream()
          .filter(key -> key.startsWith("flag."))
          .sorted()
          .map(properties::getProperty)
          .toList();
    }

    private String value(String name, String what) {
      String value = properties.getProperty(key(name, what));
      if (value == null) {
        throw new ExampleException(dir.resolve(FILE) + " lacks " + key(name, what));
      }
      return value;
    }

    private static String key(String name, String what) {
      return "member." + name + "." + what;
    }
  }
}
