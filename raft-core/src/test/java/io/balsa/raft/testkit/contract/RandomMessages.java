package io.balsa.raft.testkit.contract;

import io.balsa.raft.message.GroupMessage;
import io.balsa.raft.message.Message;
import io.balsa.raft.model.Bytes;
import io.balsa.raft.model.Entry;
import io.balsa.raft.model.EntryId;
import io.balsa.raft.model.EntryKind;
import io.balsa.raft.model.GroupId;
import io.balsa.raft.model.Membership;
import io.balsa.raft.model.MembershipEntry;
import io.balsa.raft.model.NodeId;
import io.balsa.raft.model.RejectReason;
import io.balsa.raft.model.SnapshotMeta;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.SortedSet;
import java.util.TreeSet;

/** Valid messages of every kind, the same for the same seed. One thread. */
public final class RandomMessages {
  /** How many kinds of message there are. */
  public static final int KINDS = 18;

  private static final int PAYLOAD_BYTES_MAX = 200;
  private static final int LIST_SIZE_MAX = 6;

  private final Random random;

  public RandomMessages(long seed) {
    random = new Random(seed);
  }

  /** One of each kind, in the order of {@link Message}'s records. */
  public List<GroupMessage> oneOfEach() {
    List<GroupMessage> all = new ArrayList<>();
    for (int kind = 0; kind < KINDS; kind++) {
      all.add(new GroupMessage(group(), ofKind(kind)));
    }
    return all;
  }

  public GroupMessage next() {
    return new GroupMessage(group(), ofKind(random.nextInt(KINDS)));
  }

  private Message ofKind(int kind) {
    return switch (kind) {
      case 0 -> new Message.PreVoteRequest(number(), entryId());
      case 1 -> new Message.PreVoteResponse(number(), number(), random.nextBoolean());
      case 2 -> new Message.VoteRequest(number(), entryId(), random.nextBoolean());
      case 3 -> new Message.VoteResponse(number(), random.nextBoolean());
      case 4 -> appendRequest();
      case 5 -> new Message.AppendAccepted(number(), number());
      case 6 -> new Message.AppendRejected(number(), number(), entryId());
      case 7 ->
          new Message.HeartbeatRequest(
              number(),
              number(),
              number(),
              random.nextBoolean() ? Optional.of(entryId()) : Optional.empty(),
              false);
      case 8 -> new Message.HeartbeatResponse(number(), number(), false);
      case 9 -> new Message.TimeoutNow(number());
      case 10 -> new Message.ProposeRequest(number(), number(), commands());
      case 11 -> new Message.ProposeAccepted(number(), number(), entryId(), count());
      case 12 -> new Message.ProposeRejected(number(), number(), count(), reason());
      case 13 -> new Message.ReadIndexRequest(number(), random.nextLong());
      case 14 -> new Message.ReadIndexResponse(number(), random.nextLong(), number());
      case 15 -> snapshotChunk();
      case 16 -> new Message.InstallSnapshotResponse(number(), random.nextLong(), number() - 1);
      case 17 -> new Message.HostHeartbeat(random.nextLong(), random.nextBoolean());
      default -> throw new AssertionError("there is no kind " + kind);
    };
  }

  private Message appendRequest() {
    EntryId prev = new EntryId(number() / 2, number() / 2);
    List<Entry> entries = new ArrayList<>();
    long term = prev.term();
    for (int i = 1, count = random.nextInt(LIST_SIZE_MAX); i <= count; i++) {
      term += random.nextInt(2);
      entries.add(entry(new EntryId(term, prev.index() + i)));
    }
    return new Message.AppendRequest(term + random.nextInt(2), prev, entries, number());
  }

  private Entry entry(EntryId id) {
    EntryKind[] kinds = EntryKind.values();
    return switch (kinds[random.nextInt(kinds.length)]) {
      case NOOP -> Entry.noop(id);
      case COMMAND -> Entry.command(id, bytes());
      case MEMBERSHIP -> Entry.membership(id, membership());
    };
  }

  private Message snapshotChunk() {
    EntryId last = entryId();
    EntryId changed = new EntryId(last.term(), last.index() / 2);
    SnapshotMeta meta = new SnapshotMeta(last, new MembershipEntry(changed, membership()));
    return new Message.InstallSnapshotRequest(
        number(), meta, random.nextLong(), number(), bytes(), random.nextBoolean());
  }

  private Membership membership() {
    SortedSet<NodeId> learners = nodes("learner-");
    SortedSet<NodeId> promotable =
        random.nextBoolean() || learners.isEmpty()
            ? new TreeSet<>()
            : learners.headSet(learners.last());
    return new Membership(nodes("voter-"), nodes("old-"), learners, promotable);
  }

  private SortedSet<NodeId> nodes(String prefix) {
    SortedSet<NodeId> nodes = new TreeSet<>();
    for (int i = random.nextInt(LIST_SIZE_MAX); i > 0; i--) {
      nodes.add(NodeId.of(prefix + i));
    }
    return nodes;
  }

  private List<Bytes> commands() {
    List<Bytes> commands = new ArrayList<>();
    for (int i = random.nextInt(LIST_SIZE_MAX); i >= 0; i--) {
      commands.add(bytes());
    }
    return commands;
  }

  private Bytes bytes() {
    byte[] bytes = new byte[random.nextInt(PAYLOAD_BYTES_MAX)];
    random.nextBytes(bytes);
    return Bytes.wrap(bytes);
  }

  private EntryId entryId() {
    return new EntryId(number(), number());
  }

  private GroupId group() {
    return GroupId.of(random.nextInt(3) == 0 ? 0 : number());
  }

  /** From 0 to the largest long, small ones as likely as large ones. */
  private long number() {
    return random.nextLong() >>> (1 + random.nextInt(63));
  }

  private int count() {
    return 1 + random.nextInt(1000);
  }

  private RejectReason reason() {
    // Golden bytes depend on what the seed picks: a reason that is added must not change that.
    RejectReason[] reasons =
        Arrays.copyOf(RejectReason.values(), RejectReason.NOT_A_MEMBER.ordinal() + 1);
    return reasons[random.nextInt(reasons.length)];
  }
}
