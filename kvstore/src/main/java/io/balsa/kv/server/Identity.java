package io.balsa.kv.server;

import io.balsa.kv.model.MemberId;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.zip.CRC32C;

/**
 * Whose data a directory holds. Immutable.
 *
 * @param clusterId unsigned
 * @param name the member's name when the directory was made; it may change
 * @param origin how it came into the cluster
 */
record Identity(long clusterId, MemberId member, String name, Origin origin) {
  /*
   * The file, some lines and their checksum, for people to read too:
   *
   *   balsa-data-format=1
   *   cluster-id=cdf818194e3a8c32
   *   member-id=8e9e05c52164694d
   *   name=default
   *   origin=founder
   *   peers-8e9e05c52164694d=http://localhost:2380
   *   crc32c=1b2c3d4e
   */
  private static final int FORMAT = 1;
  private static final String FORMAT_KEY = "balsa-data-format";

  private static final String PEERS_KEY = "peers-";

  /**
   * What the flags of a start seem to mean instead: another of the members that this one knew at first, or a cluster that was
   * born with the same addresses and another token. Nothing if they may mean this member.
   */
  Optional<String> mixUpWith(InitialCluster given, String ownName) {
    List<String> ownUrls = MemberUrls.texts(given.peerUrlsOf(ownName));
    boolean isOther =
        !ownUrls.isEmpty()
            && origin.peerUrls().entrySet().stream()
                .anyMatch(peer -> !peer.getKey().equals(member) && peer.getValue().equals(ownUrls));
    if (isOther) {
      return Optional.of("member: " + member + " (" + name + "), not " + ownName);
    }
    boolean sameBirth =
        origin.isFounder()
            && Set.copyOf(origin.peerUrls().values())
                .equals(Set.copyOf(Origin.founded(given).peerUrls().values()));
    return sameBirth && given.clusterId() != clusterId
        ? Optional.of(
            "cluster: "
                + Long.toHexString(clusterId)
                + ", not "
                + Long.toHexString(given.clusterId()))
        : Optional.empty();
  }

  /** The same member, alone in a cluster that was made of it. */
  Identity alone(long newClusterId, Origin.Kind kind) {
    return new Identity(newClusterId, member, name, origin.only(member, kind));
  }

  byte[] encode() {
    StringBuilder peers = new StringBuilder();
    origin
        .peerUrls()
        .forEach(
            (id, urls) ->
                peers
                    .append(PEERS_KEY + id.toNodeId() + "=")
                    .append(String.join(",", urls))
                    .append('\n'));
    String body =
        FORMAT_KEY
            + "="
            + FORMAT
            + "\ncluster-id="
            + HexFormat.of().toHexDigits(clusterId)
            + "\nmember-id="
            + member.toNodeId()
            + "\nname="
            + name.replaceAll("[\\r\\n]", " ")
            + "\norigin="
            + origin.kind().name().toLowerCase(Locale.ROOT)
            + "\n"
            + peers;
    return (body + "crc32c=" + checksum(body) + "\n").getBytes(StandardCharsets.UTF_8);
  }

  /**
   * @throws IllegalArgumentException for bytes that {@link #encode} didn't write; the message says what is wrong
   */
  static Identity decode(byte[] encoded) {
    String text = new String(encoded, StandardCharsets.UTF_8);
    int checksumAt = text.lastIndexOf("crc32c=");
    if (!text.startsWith(FORMAT_KEY + "=") || checksumAt < 0) {
      throw new IllegalArgumentException("isn't an identity file of Balsa");
    }
    Map<String, String> values = values(text.lines().toList());
    String format = values.getOrDefault(FORMAT_KEY, "");
    if (!format.equals(Integer.toString(FORMAT))) {
      throw new IllegalArgumentException(
          "has the data format " + format + ", this version knows " + FORMAT + " only");
    }
    if (!checksum(text.substring(0, checksumAt)).equals(values.get("crc32c"))) {
      throw new IllegalArgumentException("is damaged: its checksum is wrong");
    }
    return new Identity(
        HexFormat.fromHexDigitsToLong(values.getOrDefault("cluster-id", "")),
        new MemberId(HexFormat.fromHexDigitsToLong(values.getOrDefault("member-id", ""))),
        values.getOrDefault("name", ""),
        origin(values));
  }

  private static Origin origin(Map<String, String> values) {
    SortedMap<MemberId, List<String>> peers = new TreeMap<>();
    values.forEach(
        (key, urls) -> {
          if (key.startsWith(PEERS_KEY)) {
            long id = HexFormat.fromHexDigitsToLong(key.substring(PEERS_KEY.length()));
            peers.put(new MemberId(id), List.of(urls.split(",")));
          }
        });
    String kind = values.getOrDefault("origin", "");
    for (Origin.Kind known : Origin.Kind.values()) {
      if (known.name().toLowerCase(Locale.ROOT).equals(kind)) {
        return new Origin(known, peers);
      }
    }
    throw new IllegalArgumentException(
        "names an origin that this version doesn't know: '" + kind + "'");
  }

  private static Map<String, String> values(List<String> lines) {
    Map<String, String> values = new LinkedHashMap<>();
    for (String line : lines) {
      int equals = line.indexOf('=');
      if (equals > 0) {
        values.put(line.substring(0, equals), line.substring(equals + 1));
      }
    }
    return values;
  }

  private static String checksum(String body) {
    CRC32C crc = new CRC32C();
    crc.update(body.getBytes(StandardCharsets.UTF_8));
    return HexFormat.of().toHexDigits((int) crc.getValue());
  }
}
