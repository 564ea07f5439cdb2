package io.balsa.kv.server;

import io.balsa.kv.etcd.ServerVersion;
import io.balsa.raft.failpoint.Failpoints;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.slf4j.LoggerFactory;

/**
 * The program {@code balsa}. Exit codes: 0 after it was asked to stop, 1 when it couldn't start or go on, 2 for a command
 * line that it doesn't understand, 3 when this member was removed from its cluster: to start it again is no use. Then one line
 * on stderr says why.
 */
public final class BalsaMain {
  private static final int STOPPED = 0;
  private static final int FAILED = 1;
  private static final int MISUSED = 2;
  private static final int REMOVED = 3;

  /** A stop that takes longer than this ends without the rest of its courtesies: the log is safe at any moment. */
  private static final long STOP_MILLIS_MAX = 15_000;

  /** Held, because java.util.logging forgets the level of a logger that nobody holds. */
  private static final Logger GRPC_LOG = Logger.getLogger("io.grpc");

  private BalsaMain() {}

  public static void main(String[] args) {
    int code = run(List.of(args), MemberParts.SOUND);
    if (code != STOPPED) {
      System.exit(code);
    }
  }

  /** Runs until the server stops by itself; a signal ends the process from the shutdown hook. */
  static int run(List<String> args, MemberParts parts) {
    ServerConfig config;
    Flags flags;
    try {
      flags = Flags.parse(args, new TreeMap<>(System.getenv()));
      if (flags.isOn("version")) {
        System.out.print(version());
        return STOPPED;
      }
      if (flags.isOn("help")) {
        System.out.print(FlagTable.help());
        return STOPPED;
      }
      configureLogging(ServerConfig.logLevel(flags));
      config = ServerConfig.of(flags);
    } catch (Flags.UsageException e) {
      return complain(MISUSED, e);
    }
    try {
      return serve(config, flags, parts);
    } catch (RemovedException e) {
      return complain(REMOVED, e);
    } catch (StartupException e) {
      return complain(FAILED, e);
    } catch (RuntimeException e) {
      LoggerFactory.getLogger(BalsaMain.class).error("the server failed to start", e);
      return FAILED;
    }
  }

  private static int serve(ServerConfig config, Flags flags, MemberParts parts) {
    org.slf4j.Logger log = LoggerFactory.getLogger(BalsaMain.class);
    flags.warnings().forEach(log::warn);
    config.warnings().forEach(log::warn);
    if (Failpoints.areArmed()) {
      log.warn("{} is set: this member is there to be broken", Failpoints.PROPERTY);
    }
    KvServer server = KvServer.start(config, parts);
    AtomicInteger exitCode = new AtomicInteger(STOPPED);
    Runtime.getRuntime()
        .addShutdownHook(new Thread(() -> stop(server, exitCode.get()), "balsa-stop"));
    try {
      server.stopped().join();
      return STOPPED;
    } catch (CompletionException e) {
      if (e.getCause() instanceof RemovedException removed) {
        exitCode.set(REMOVED);
        return complain(REMOVED, removed);
      }
      log.error("the member failed and can't go on", e.getCause());
      exitCode.set(FAILED);
      return FAILED;
    }
  }

  /**
   * Closes the server within a bounded time, then ends the process with our exit code: the JVM's own after a signal would
   * tell of the signal, and a supervisor would take that for a failure.
   */
  private static void stop(KvServer server, int exitCode) {
    Thread closing = new Thread(server::close, "balsa-close");
    closing.setDaemon(true);
    closing.start();
    try {
      closing.join(STOP_MILLIS_MAX);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    Runtime.getRuntime().halt(exitCode);
  }

  private static void configureLogging(String level) {
    System.setProperty("balsa.log.level", level);
    if (System.getProperty("logback.configurationFile") == null) {
      System.setProperty("logback.configurationFile", "logback-balsa.xml");
    }
    GRPC_LOG.setLevel(Level.SEVERE);
  }

  private static int complain(int exitCode, RuntimeException e) {
    System.err.println("balsa: " + e.getMessage());
    return exitCode;
  }

  /** The first line is etcd's: scripts read it. */
  private static String version() {
    return String.format(
        Locale.ROOT,
        "etcd Version: %s%nBalsa Version: %s%nJava Version: %s%nJava OS/Arch: %s/%s%n",
        ServerVersion.ETCD,
        ServerVersion.BALSA,
        System.getProperty("java.version"),
        System.getProperty("os.name").toLowerCase(Locale.ROOT),
        System.getProperty("os.arch"));
  }
}
