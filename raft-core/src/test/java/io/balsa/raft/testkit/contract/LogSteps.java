package io.balsa.raft.testkit.contract;

import io.balsa.raft.model.Bytes;
import io.balsa.raft.model.Entry;
import io.balsa.raft.model.EntryId;
import io.balsa.raft.model.EntryKind;
import io.balsa.raft.model.GroupId;
import io.balsa.raft.model.HardState;
import io.balsa.raft.model.Membership;
import io.balsa.raft.model.MembershipEntry;
import io.balsa.raft.model.NodeId;
import io.balsa.raft.model.PersistBatch;
import io.balsa.raft.model.SnapshotMeta;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;

/**
 * Random batches that a Raft core might write, drawn from a seed. Payloads say whose they are, so
 * that a wrong one is seen in the message of the failed comparison.
 */
public final class LogSteps {
  private final Random random;
  private long persistId;

  public LogSteps(long seed) {
    this.random = new Random(seed);
  }

  public int nextInt(int bound) {
    return random.nextInt(bound);
  }

  /** A number from {@code low} to {@code high}, both inclusive. */
  public long between(long low, long high) {
    return low + (long) (random.nextDouble() * (high - low + 1));
  }

  /**
   * A batch that fits the log as the model has it: append, replacement of a suffix, reset, hard
   * state, or several.
   */
  public PersistBatch batch(GroupId group, LogModel log) {
    boolean reset = random.nextInt(25) == 0;
    boolean append = random.nextInt(8) > 0;
    boolean hardState = random.nextInt(5) == 0 || !(reset || append);
    SnapshotMeta base = reset ? newBase(log) : log.base();
    long last = reset ? base.index() : log.lastIndex();
    List<Entry> entries = new ArrayList<>();
    if (append) {
      boolean replace = random.nextInt(6) == 0 && last > base.index();
      long first = replace ? between(Math.max(base.index() + 1, last - 12), last) : last + 1;
      long prevTerm = first == base.index() + 1 ? base.last().term() : log.termAt(first - 1);
      long term = replace ? Math.max(prevTerm, log.termAt(last) + 1) : prevTerm;
      entries = entries(group, first, Math.max(1, term));
    }
    return new PersistBatch(
        group,
        ++persistId,
        hardState ? Optional.of(newHardState(log)) : Optional.empty(),
        reset ? Optional.of(base) : Optional.empty(),
        entries);
  }

  private List<Entry> entries(GroupId group, long firstIndex, long firstTerm) {
    List<Entry> entries = new ArrayList<>();
    int count = 1 + random.nextInt(random.nextInt(10) == 0 ? 60 : 4);
    long term = firstTerm;
    for (int i = 0; i < count; i++) {
      term += random.nextInt(10) == 0 ? 1 + random.nextInt(3) : 0;
      entries.add(entry(group, new EntryId(term, firstIndex + i)));
    }
    return entries;
  }

  private Entry entry(GroupId group, EntryId id) {
    return switch (random.nextInt(12)) {
      case 0 -> Entry.noop(id);
      case 1 -> Entry.membership(id, membership());
      case 2 -> Entry.command(id, Bytes.EMPTY);
      default -> Entry.command(id, payload(group, id));
    };
  }

  private Bytes payload(GroupId group, EntryId id) {
    int extra = random.nextInt(random.nextInt(50) == 0 ? 20_000 : 60);
    byte[] tail = new byte[extra];
    random.nextBytes(tail);
    byte[] head = (group + "/" + id + "/").getBytes(StandardCharsets.US_ASCII);
    byte[] all = new byte[head.length + extra];
    System.arraycopy(head, 0, all, 0, head.length);
    System.arraycopy(tail, 0, all, head.length, extra);
    return Bytes.wrap(all);
  }

  private SnapshotMeta newBase(LogModel log) {
    long index = log.base().index() + random.nextInt(200);
    long term = Math.max(1, log.termAt(log.lastIndex()) + random.nextInt(2));
    EntryId last = index == 0 ? EntryId.ZERO : new EntryId(term, index);
    EntryId membershipId = new EntryId(last.term(), between(0, last.index()));
    return new SnapshotMeta(last, new MembershipEntry(membershipId, membership()));
  }

  private HardState newHardState(LogModel log) {
    Optional<NodeId> vote =
        random.nextBoolean() ? Optional.of(node(random.nextInt(5))) : Optional.empty();
    EntryId forgotten =
        random.nextInt(4) == 0 ? new EntryId(between(0, 5), between(0, 50)) : EntryId.ZERO;
    return new HardState(log.hardState().term() + random.nextInt(3), vote, forgotten);
  }

  private Membership membership() {
    List<NodeId> voters = new ArrayList<>();
    for (int i = 0; i <= random.nextInt(5); i++) {
      voters.add(node(i));
    }
    return Membership.ofVoters(voters);
  }

  private static NodeId node(int number) {
    return NodeId.of("n" + number);
  }

  /** Whether the entry is one that this class draws for its group, and not one of another place. */
  public static boolean belongs(GroupId group, Entry entry) {
    return entry.kind() != EntryKind.COMMAND
        || entry.payload().isEmpty()
        || entry.payload().startsWith(Bytes.utf8(group + "/" + entry.id() + "/"));
  }
}
