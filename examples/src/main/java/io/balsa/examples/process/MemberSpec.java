package io.balsa.examples.process;

import java.nio.file.Path;

/**
 * One member as it was planned: its name, its ports on the loopback interface, and its directory. Immutable.
 *
 * @param dir holds the member's {@code data} and its {@code log}
 * @param joins whether it was added to a cluster that ran already
 */
public record MemberSpec(String name, int clientPort, int peerPort, Path dir, boolean joins) {
  public static final String HOST = "127.0.0.1";

  /** A member that the cluster is born with. */
  public MemberSpec(String name, int clientPort, int peerPort, Path dir) {
    this(name, clientPort, peerPort, dir, false);
  }

  public String endpoint() {
    return HOST + ":" + clientPort;
  }

  public String clientUrl() {
    return "http://" + endpoint();
  }

  public String peerUrl() {
    return "http://" + HOST + ":" + peerPort;
  }

  public Path dataDir() {
    return dir.resolve("data");
  }

  public Path logFile() {
    return dir.resolve("log");
  }
}
