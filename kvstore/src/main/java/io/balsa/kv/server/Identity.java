package io.balsa.kv.server;

import io.balsa.kv.model.MemberId;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32C;

/**
 * Whose data a directory holds. Immutable.
 *
 * @param clusterId unsigned
 * @param name the member's name when the directory was made; it may change
 */
record Identity(long clusterId, MemberId member, String name) {
  /*
   * The file, four lines and their checksum, for people to read too:
   *
   *   balsa-data-format=1
   *   cluster-id=cdf818194e3a8c32
   *   member-id=8e9e05c52164694d
   *   name=default
   *   crc32c=1b2c3d4e
   */
  private static final int FORMAT = 1;
  private static final String FORMAT_KEY = "balsa-data-format";

  byte[] encode() {
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
            + "\n";
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
        values.getOrDefault("name", ""));
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
