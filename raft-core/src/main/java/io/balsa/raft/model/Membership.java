package io.balsa.raft.model;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.Collection;
import java.util.Collections;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * Who is in the cluster. While {@code outgoingVoters} isn't empty the membership is joint: every decision needs a majority
 * of {@code voters} and a majority of {@code outgoingVoters} (paper §6).
 *
 * @param voters the voters, or the incoming ones of a joint membership
 * @param outgoingVoters the voters of the membership that is being left; empty when not joint
 * @param learners receive the log, don't vote, and are counted in no quorum (thesis §4.2.1); one that is an outgoing voter
 *     too votes until the joint membership is left
 * @param promotable those of the learners that become voters by themselves, as soon as they have caught up
 */
public record Membership(
    SortedSet<NodeId> voters,
    SortedSet<NodeId> outgoingVoters,
    SortedSet<NodeId> learners,
    SortedSet<NodeId> promotable) {
  /** Knows nobody: a node that waits to be told its membership by a leader. */
  public static final Membership NONE = new Membership(emptySet(), emptySet(), emptySet());

  /** Without promotable learners: what members that don't know of these understand, too. */
  private static final int FORMAT_VERSION = 1;

  private static final int FORMAT_VERSION_PROMOTABLE = 2;
  private static final int MEMBERS_MAX = 10_000;

  public Membership {
    voters = immutable(voters);
    outgoingVoters = immutable(outgoingVoters);
    learners = immutable(learners);
    promotable = immutable(promotable);
    Invariant.check(
        learners.containsAll(promotable),
        "%s are to be promoted, and only %s are learners",
        promotable,
        learners);
    for (NodeId learner : learners) {
      Invariant.check(!voters.contains(learner), "%s is a voter and a learner at once", learner);
    }
  }

  /** A membership in which no learner is promoted by itself. */
  public Membership(
      SortedSet<NodeId> voters, SortedSet<NodeId> outgoingVoters, SortedSet<NodeId> learners) {
    this(voters, outgoingVoters, learners, emptySet());
  }

  public static Membership ofVoters(Collection<NodeId> voters) {
    return new Membership(new TreeSet<>(voters), emptySet(), emptySet());
  }

  public boolean isJoint() {
    return !outgoingVoters.isEmpty();
  }

  /** Whether the node's vote counts, in either half of a joint membership. */
  public boolean isVoter(NodeId node) {
    return voters.contains(node) || outgoingVoters.contains(node);
  }

  /** Whether the node is a learner whose vote doesn't count in either half. */
  public boolean isMerelyLearner(NodeId node) {
    return learners.contains(node) && !isVoter(node);
  }

  public boolean contains(NodeId node) {
    return isVoter(node) || learners.contains(node);
  }

  /** Voters of both halves and learners, in order. */
  public SortedSet<NodeId> members() {
    SortedSet<NodeId> all = new TreeSet<>(voters);
    all.addAll(outgoingVoters);
    all.addAll(learners);
    return all;
  }

  /** The form in log entries, snapshots and messages. */
  public Bytes encode() {
    try {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      DataOutputStream out = new DataOutputStream(bytes);
      out.writeByte(promotable.isEmpty() ? FORMAT_VERSION : FORMAT_VERSION_PROMOTABLE);
      writeNodes(out, voters);
      writeNodes(out, outgoingVoters);
      writeNodes(out, learners);
      if (!promotable.isEmpty()) {
        writeNodes(out, promotable);
      }
      return Bytes.wrap(bytes.toByteArray());
    } catch (IOException e) {
      throw new AssertionError("writing to memory can't fail", e);
    }
  }

  /**
   * @throws IllegalArgumentException for bytes that {@link #encode} didn't write
   */
  public static Membership decode(Bytes encoded) {
    try (DataInputStream in =
        new DataInputStream(new ByteArrayInputStream(encoded.toByteArray()))) {
      int version = in.readByte();
      if (version != FORMAT_VERSION && version != FORMAT_VERSION_PROMOTABLE) {
        throw new IllegalArgumentException("membership has the unknown format version " + version);
      }
      Membership membership =
          new Membership(
              readNodes(in),
              readNodes(in),
              readNodes(in),
              version == FORMAT_VERSION ? emptySet() : readNodes(in));
      if (in.available() > 0) {
        throw new IllegalArgumentException(in.available() + " bytes follow the membership");
      }
      return membership;
    } catch (IOException e) {
      throw new IllegalArgumentException("membership ends early: " + encoded, e);
    }
  }

  private static void writeNodes(DataOutputStream out, SortedSet<NodeId> nodes) throws IOException {
    out.writeInt(nodes.size());
    for (NodeId node : nodes) {
      out.writeUTF(node.value());
    }
  }

  private static SortedSet<NodeId> readNodes(DataInputStream in) throws IOException {
    int count = in.readInt();
    if (count < 0 || count > MEMBERS_MAX) {
      throw new IllegalArgumentException("membership claims " + count + " members");
    }
    SortedSet<NodeId> nodes = new TreeSet<>();
    for (int i = 0; i < count; i++) {
      nodes.add(NodeId.of(in.readUTF()));
    }
    return nodes;
  }

  private static SortedSet<NodeId> emptySet() {
    return Collections.emptySortedSet();
  }

  private static SortedSet<NodeId> immutable(SortedSet<NodeId> nodes) {
    return nodes.isEmpty() ? emptySet() : Collections.unmodifiableSortedSet(new TreeSet<>(nodes));
  }

  @Override
  public String toString() {
    return "voters="
        + voters
        + (isJoint() ? " outgoing=" + outgoingVoters : "")
        + (learners.isEmpty() ? "" : " learners=" + learners)
        + (promotable.isEmpty() ? "" : " promotable=" + promotable);
  }
}
