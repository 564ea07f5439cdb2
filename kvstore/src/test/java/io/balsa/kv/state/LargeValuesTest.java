package io.balsa.kv.state;

import static org.assertj.core.api.Assertions.assertThat;

import io.balsa.kv.command.CommandCodec;
import io.balsa.kv.command.KvCommand;
import io.balsa.kv.model.KeyRange;
import io.balsa.kv.proto.DeleteRangeRequest;
import io.balsa.kv.proto.DeleteRangeResponse;
import io.balsa.kv.proto.Event;
import io.balsa.raft.model.Entry;
import io.balsa.raft.model.EntryId;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What small commands do to large values mustn't pile up on the heap. */
final class LargeValuesTest {
  private static final int KEYS = 50;
  private static final int VALUE_BYTES = 1 << 20;
  private static final String LARGE = "v".repeat(VALUE_BYTES);

  /** So many that even with small values they are too much for one announcement. */
  private static final int MANY_KEYS = 70_000;

  private static final long ANNOUNCED_BYTES_MAX = 33 << 20;

  private final KvFixture kv = new KvFixture();
  private final Announced announced = new Announced();

  @AfterEach
  void close() {
    kv.close();
  }

  @Test
  void aRunOverLargeValuesIsAnnouncedInParts() {
    fill();
    long before = kv.revision();
    List<Entry> commands = new ArrayList<>();
    for (int i = 0; i < KEYS; i++) {
      commands.add(
          entry(i + 1, KvCommand.newBuilder().setPut(KvFixture.putRequest(key(i), LARGE))));
    }
    assertThat(kv.machine.applyAll(commands, commands.get(KEYS - 1).id())).hasSize(KEYS);
    assertThat(announced.calls).isGreaterThan(2);
    assertThat(announced.largestCall).isLessThan(ANNOUNCED_BYTES_MAX);
    assertThat(announced.revisions).hasSize(KEYS);
    assertThat(announced.through).isEqualTo(before + KEYS);
    assertThat(kv.revision()).isEqualTo(before + KEYS);
    assertThat(kv.machine.lastApplied()).isEqualTo(commands.get(KEYS - 1).id());
  }

  @Test
  void aRevisionThatEndsTooMuchIsAnnouncedByItsNumberOnly() {
    fillWithMany();
    long before = kv.revision();
    DeleteRangeRequest all =
        DeleteRangeRequest.newBuilder()
            .setKey(KvFixture.bytes("k"))
            .setRangeEnd(KvFixture.bytes("l"))
            .build();
    DeleteRangeResponse deleted =
        (DeleteRangeResponse) kv.apply(KvCommand.newBuilder().setDeleteRange(all));
    assertThat(deleted.getDeleted()).isEqualTo(MANY_KEYS);
    assertThat(deleted.getPrevKvsCount()).isZero();
    assertThat(announced.revisions).isEmpty();
    assertThat(announced.through).isEqualTo(before + 1);
    assertThat(read(before + 1, false).get(0).events().size()).isEqualTo(MANY_KEYS);
    assertThat(kv.value(key(0))).isEmpty();
  }

  @Test
  void aLargeValueThatIsReplacedIsAnnouncedWithoutBeingReadAndFoundInHistory() {
    kv.machine.setListener(announced);
    kv.put("small", "before");
    kv.put("large", LARGE);
    kv.put("large", "after");
    kv.put("small", "after");
    assertThat(announced.withoutPrev).containsExactly(kv.revision() - 1);
    Event replaced = read(kv.revision() - 1, true).get(0).events().get(0);
    assertThat(replaced.getPrevKv().getValue().equals(KvFixture.bytes(LARGE))).isTrue();
  }

  @Test
  void aLargeValueIsWrittenOnce() {
    kv.put("large", LARGE);
    long rows =
        kv.machine.readRows(
            (reader, state) -> {
              byte[] row = reader.get(Tables.latest(KvFixture.bytes("large")));
              return row == null ? -1L : row.length;
            });
    assertThat(rows).isEqualTo(VersionRow.HEADER_BYTES);
    assertThat(kv.value("large").equals(LARGE)).isTrue();
  }

  @Test
  void historyCountsWhatWasReplacedAndReadsItOnlyForThoseWhoAsk() {
    fill();
    long from = kv.revision() + 1;
    for (int i = 0; i < KEYS; i++) {
      kv.put(key(i), "x");
    }
    // Asked piecemeal: a list that fails an assertion is printed, values and all.
    List<RevisionEvents> bounded = read(from, true);
    assertThat(bounded.size()).isEqualTo(4);
    assertThat(bounded.get(0).events().get(0).hasPrevKv()).isTrue();
    List<RevisionEvents> bare = read(from, false);
    assertThat(bare.size()).isEqualTo(KEYS);
    assertThat(bare.get(0).events().get(0).hasPrevKv()).isFalse();
  }

  private List<RevisionEvents> read(long from, boolean withPrev) {
    return kv.machine
        .events()
        .read(from, KeyRange.ALL, withPrev, KEYS, 4 * VALUE_BYTES)
        .revisions();
  }

  private void fill() {
    for (int i = 0; i < KEYS; i++) {
      kv.put(key(i), LARGE);
    }
    kv.machine.setListener(announced);
  }

  private void fillWithMany() {
    String small = "v".repeat(VersionRow.SMALL_VALUE_BYTES_MAX);
    for (int i = 0; i < MANY_KEYS; i++) {
      kv.put(key(i), small);
    }
    kv.machine.setListener(announced);
  }

  private static String key(int number) {
    return "k%05d".formatted(number);
  }

  private Entry entry(int after, KvCommand.Builder command) {
    EntryId id = new EntryId(kv.term, kv.machine.lastApplied().index() + after);
    return Entry.command(id, CommandCodec.encode(command));
  }

  /** Remembers how much it was told at once, without holding it. */
  private static final class Announced implements ApplyListener {
    private final List<Long> revisions = new ArrayList<>();
    private final List<Long> withoutPrev = new ArrayList<>();
    private int calls;
    private long largestCall;
    private long through;

    @Override
    public void onApplied(List<RevisionEvents> applied, long revision) {
      calls++;
      long bytes = 0;
      for (RevisionEvents events : applied) {
        revisions.add(events.revision());
        if (!events.withPrev()) {
          withoutPrev.add(events.revision());
        }
        bytes += events.events().stream().mapToLong(Event::getSerializedSize).sum();
      }
      largestCall = Math.max(largestCall, bytes);
      through = revision;
    }
  }
}
