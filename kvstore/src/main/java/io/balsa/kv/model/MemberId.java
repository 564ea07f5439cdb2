package io.balsa.kv.model;

import io.balsa.raft.model.NodeId;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;

/**
 * The number by which the API knows a member, made as etcd makes it, so that a cluster of the same configuration has the
 * same ids. Immutable.
 *
 * @param value unsigned
 */
public record MemberId(long value) implements Comparable<MemberId> {

  /** The id of a member that a cluster is born with: it follows from its peer URLs and the cluster's token. */
  public static MemberId ofInitial(Collection<String> peerUrls, String token) {
    List<String> sorted = peerUrls.stream().sorted().toList();
    return new MemberId(
        firstLongOfSha1((String.join("", sorted) + token).getBytes(StandardCharsets.UTF_8)));
  }

  /** The id of a member that is added to a cluster: the time makes it another one each time that the same URLs are added. */
  public static MemberId ofAdded(Collection<String> peerUrls, long unixSeconds) {
    return ofInitial(peerUrls, Long.toString(unixSeconds));
  }

  /** The id of the cluster that is born with these members. */
  public static long clusterId(Collection<MemberId> members) {
    ByteBuffer ids = ByteBuffer.allocate(Long.BYTES * members.size());
    members.stream().sorted().forEach(id -> ids.putLong(id.value));
    return firstLongOfSha1(ids.array());
  }

  /**
   * The id of a cluster that is restored with these members. It differs from that of the cluster that was saved, also when
   * the members have the same names, addresses and token, so that what is left of the old one never talks to the new one.
   *
   * @param beginning all that the first state of the new cluster is made of: members that don't agree on it are of different
   *     clusters, because their states would differ
   */
  public static long restoredClusterId(Collection<MemberId> members, String beginning) {
    byte[] text = beginning.getBytes(StandardCharsets.UTF_8);
    ByteBuffer source = ByteBuffer.allocate(Long.BYTES + text.length);
    return firstLongOfSha1(source.putLong(clusterId(members)).put(text).array());
  }

  /**
   * @throws IllegalArgumentException for a node that {@link #toNodeId} didn't name
   */
  public static MemberId of(NodeId node) {
    return new MemberId(HexFormat.fromHexDigitsToLong(node.value()));
  }

  /** What Raft calls this member: sixteen hexadecimal digits. */
  public NodeId toNodeId() {
    return NodeId.of(HexFormat.of().toHexDigits(value));
  }

  @Override
  public int compareTo(MemberId other) {
    return Long.compareUnsigned(value, other.value);
  }

  /** As etcd prints it: hexadecimal, without leading zeros. */
  @Override
  public String toString() {
    return Long.toHexString(value);
  }

  private static long firstLongOfSha1(byte[] bytes) {
    try {
      return ByteBuffer.wrap(MessageDigest.getInstance("SHA-1").digest(bytes)).getLong();
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every JVM has SHA-1", e);
    }
  }
}
