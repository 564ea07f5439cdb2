package io.balsa.kv.server;

import io.balsa.kv.access.AuthConfig;
import io.balsa.kv.access.JwtConfig;
import io.balsa.raft.RaftConfig;
import io.balsa.raft.model.InvalidConfigException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * A member's settings, checked. Immutable.
 *
 * @param joinsExisting whether the cluster is said to run already; as in etcd, only the first start asks
 * @param forceNewCluster whether this member is to become the only one of a new cluster
 * @param quotaBytes the size of the store at which what takes room is refused; negative for no limit
 * @param manualDisarm whether only an operator lowers NOSPACE
 * @param selfRepair whether a member whose data is damaged replaces itself
 * @param strictReconfigCheck whether changes of the members that endanger the quorum are refused
 * @param maxLearners how many learners there may be at once
 */
record ServerConfig(
    String name,
    Path dataDir,
    Urls urls,
    InitialCluster initialCluster,
    boolean joinsExisting,
    boolean forceNewCluster,
    RaftConfig raft,
    ClientPort.Settings clientPort,
    HttpSide.Settings http,
    int txnOpsMax,
    long quotaBytes,
    boolean manualDisarm,
    boolean selfRepair,
    boolean strictReconfigCheck,
    int maxLearners,
    Duration watchProgressInterval,
    int compactionBatch,
    Duration compactionPause,
    AuthConfig auth) {

  /** Where this member listens and is reached. */
  record Urls(
      List<URI> listenClient,
      List<URI> advertiseClient,
      List<URI> listenPeer,
      List<URI> advertisePeer) {}

  private static final long DEFAULT_QUOTA_BYTES = 2L << 30;
  private static final int ELECTION_MILLIS_MAX = 50_000;
  private static final int LEARNERS_MAX = 1000;
  private static final int REQUEST_BYTES_MAX = 512 << 20;

  /** What a command adds to the request in it. */
  private static final int COMMAND_ENVELOPE_BYTES = 64 * 1024;

  /**
   * @throws Flags.UsageException if a value isn't what its flag means
   */
  static ServerConfig of(Flags flags) {
    refuseWhatChangesTheCluster(flags);
    String name = flags.get("name");
    Path dataDir = Path.of(flags.given("data-dir").orElse(name + ".etcd"));
    Urls urls = urls(flags);
    int requestBytesMax = (int) number(flags, "max-request-bytes", 1, REQUEST_BYTES_MAX);
    return new ServerConfig(
        name,
        dataDir,
        urls,
        initialCluster(flags, name, urls, DataDirectory.isSomebodys(dataDir)),
        joinsExisting(flags),
        flags.isOn("force-new-cluster"),
        raft(flags, requestBytesMax),
        clientPort(flags, requestBytesMax),
        http(flags, clientPort(flags, requestBytesMax).messageBytesMax()),
        (int) number(flags, "max-txn-ops", 1, 1 << 20),
        quota(flags),
        flags.isOn("balsa-manual-nospace-disarm"),
        flags.isOn("balsa-self-repair"),
        flags.isOn("strict-reconfig-check"),
        (int) number(flags, "max-learners", 1, LEARNERS_MAX),
        duration(flags, "watch-progress-notify-interval"),
        (int) number(flags, "compaction-batch-limit", 1, 1 << 24),
        duration(flags, "compaction-sleep-interval"),
        auth(flags));
  }

  /** To ignore these would start a member of another cluster than was asked for. */
  private static void refuseWhatChangesTheCluster(Flags flags) {
    for (String name :
        List.of(
            "config-file",
            "discovery",
            "discovery-token",
            "discovery-endpoints",
            "discovery-srv")) {
      if (flags.given(name).isPresent()) {
        throw new Flags.UsageException("--" + name + " isn't supported yet");
      }
    }
  }

  /** What is allowed and most probably not meant. */
  List<String> warnings() {
    boolean elsewhere =
        initialCluster.peerUrls().keySet().stream()
            .flatMap(member -> initialCluster.peerUrlsOf(member).stream())
            .anyMatch(url -> !MemberUrls.isLoopback(url));
    if (elsewhere && urls.advertiseClient().stream().anyMatch(MemberUrls::isLoopback)) {
      return List.of(
          "--advertise-client-urls is "
              + urls.advertiseClient()
              + ", but there are members on other hosts: their calls to this one as the leader would reach themselves");
    }
    return List.of();
  }

  private static Urls urls(Flags flags) {
    List<URI> listenClient =
        MemberUrls.parse("listen-client-urls", flags.get("listen-client-urls"));
    List<URI> advertiseClient =
        flags
            .given("advertise-client-urls")
            .map(given -> MemberUrls.parse("advertise-client-urls", given))
            .orElse(listenClient);
    if (advertiseClient.equals(listenClient)
        && flags.given("advertise-client-urls").isEmpty()
        && listenClient.stream().anyMatch(MemberUrls::isWildcard)) {
      throw new Flags.UsageException(
          "--advertise-client-urls is required when --listen-client-urls names all addresses");
    }
    List<URI> listenPeer = MemberUrls.parse("listen-peer-urls", flags.get("listen-peer-urls"));
    if (listenPeer.size() > 1) {
      throw new Flags.UsageException("--listen-peer-urls: only one URL is supported yet");
    }
    return new Urls(
        listenClient,
        advertiseClient,
        listenPeer,
        MemberUrls.parse("initial-advertise-peer-urls", flags.get("initial-advertise-peer-urls")));
  }

  /** Once there is data, what the flags say of the cluster has no effect: then it needn't be right any more. */
  private static InitialCluster initialCluster(
      Flags flags, String name, Urls urls, boolean hasStarted) {
    String alone =
        String.join(",", urls.advertisePeer().stream().map(url -> name + "=" + url).toList());
    InitialCluster cluster =
        InitialCluster.parse(
            flags.given("initial-cluster").orElse(alone), flags.get("initial-cluster-token"));
    if (hasStarted) {
      return cluster;
    }
    List<URI> own = cluster.peerUrlsOf(name);
    if (own.isEmpty()) {
      throw new Flags.UsageException(
          "--initial-cluster doesn't name this member, '"
              + name
              + "': couldn't find its peer URLs");
    }
    if (!own.stream().sorted().toList().equals(urls.advertisePeer().stream().sorted().toList())) {
      throw new Flags.UsageException(
          "--initial-cluster has "
              + name
              + " at "
              + own
              + ", but --initial-advertise-peer-urls is "
              + urls.advertisePeer());
    }
    return cluster;
  }

  private static boolean joinsExisting(Flags flags) {
    String state = flags.get("initial-cluster-state");
    return switch (state) {
      case "new" -> false;
      case "existing" -> true;
      default ->
          throw new Flags.UsageException(
              "--initial-cluster-state is new or existing, not '" + state + "'");
    };
  }

  private static RaftConfig raft(Flags flags, int requestBytesMax) {
    Duration election =
        Duration.ofMillis(number(flags, "election-timeout", 1, ELECTION_MILLIS_MAX));
    Duration request = Duration.ofSeconds(5).plus(election.multipliedBy(2));
    int commandBytesMax = requestBytesMax + COMMAND_ENVELOPE_BYTES;
    long bytesMax = Math.max(RaftConfig.DEFAULT.inboxBytesMax(), 4L * commandBytesMax);
    try {
      return RaftConfig.builder()
          .heartbeatInterval(
              Duration.ofMillis(number(flags, "heartbeat-interval", 1, ELECTION_MILLIS_MAX)))
          .electionTimeout(election)
          .proposalTimeout(request)
          .readTimeout(request)
          .commandBytesMax(commandBytesMax)
          .uncommittedBytesMax(bytesMax)
          .inboxBytesMax(bytesMax)
          .entryCacheBytesMax(bytesMax)
          .snapshotEveryEntries(number(flags, "snapshot-count", 1, Long.MAX_VALUE))
          .keepEntries(number(flags, "snapshot-catchup-entries", 0, Long.MAX_VALUE))
          .build();
    } catch (InvalidConfigException e) {
      throw new Flags.UsageException(String.valueOf(e.getMessage()));
    }
  }

  private static ClientPort.Settings clientPort(Flags flags, int requestBytesMax) {
    long streams = number(flags, "max-concurrent-streams", 1, 0xffff_ffffL);
    return new ClientPort.Settings(
        requestBytesMax,
        (int) Math.min(streams, Integer.MAX_VALUE),
        duration(flags, "grpc-keepalive-min-time"),
        duration(flags, "grpc-keepalive-interval"),
        duration(flags, "grpc-keepalive-timeout"));
  }

  private static HttpSide.Settings http(Flags flags, int messageBytesMax) {
    return new HttpSide.Settings(
        flags.isOn("enable-grpc-gateway"),
        names(flags, "cors"),
        names(flags, "host-whitelist"),
        messageBytesMax);
  }

  private static Set<String> names(Flags flags, String flag) {
    return Arrays.stream(flags.get(flag).split(","))
        .map(String::strip)
        .filter(name -> !name.isEmpty())
        .collect(Collectors.toUnmodifiableSet());
  }

  /** As etcd: 0 stands for the default, a negative value for no quota. */
  private static long quota(Flags flags) {
    long given = number(flags, "quota-backend-bytes", Long.MIN_VALUE, Long.MAX_VALUE);
    return given == 0 ? DEFAULT_QUOTA_BYTES : given;
  }

  private static AuthConfig auth(Flags flags) {
    return new AuthConfig(
        jwt(flags.get("auth-token")),
        Duration.ofSeconds(number(flags, "auth-token-ttl", 1, 1 << 30)),
        (int) number(flags, "bcrypt-cost", 4, 31));
  }

  private static Optional<JwtConfig> jwt(String token) {
    if (token.equals("simple")) {
      return Optional.empty();
    }
    String prefix = "jwt,";
    if (!token.startsWith(prefix)) {
      throw new Flags.UsageException("--auth-token is simple or jwt,OPTIONS, not '" + token + "'");
    }
    try {
      return Optional.of(JwtConfig.parse(token.substring(prefix.length()), GoDuration::parse));
    } catch (IllegalArgumentException e) {
      throw new Flags.UsageException("--auth-token=jwt: " + e.getMessage());
    }
  }

  /**
   * How much is logged. It isn't part of the rest, because it counts before that is read: who logs first decides how.
   *
   * @throws Flags.UsageException if there is no such level
   */
  static String logLevel(Flags flags) {
    String level = flags.get("log-level").toLowerCase(Locale.ROOT);
    return switch (level) {
      case "debug", "info", "warn", "error" -> level;
      case "dpanic", "panic", "fatal" -> "error";
      default ->
          throw new Flags.UsageException(
              "--log-level is debug, info, warn or error, not '" + level + "'");
    };
  }

  private static long number(Flags flags, String name, long min, long max) {
    long value = parsed(flags, name, Long::parseLong, "a number");
    if (value < min || value > max) {
      throw new Flags.UsageException(
          "--" + name + " must be from " + min + " to " + max + ", not " + value);
    }
    return value;
  }

  private static Duration duration(Flags flags, String name) {
    return parsed(flags, name, GoDuration::parse, "a duration such as 300ms or 2h45m");
  }

  private static <T> T parsed(
      Flags flags, String name, Function<String, T> parser, String expected) {
    String text = flags.get(name);
    try {
      return parser.apply(text);
    } catch (IllegalArgumentException e) {
      throw new Flags.UsageException("--" + name + " must be " + expected + ", not '" + text + "'");
    }
  }
}
