package io.balsa.raft.protocol.membership;

import static org.assertj.core.api.Assertions.assertThat;

import io.balsa.raft.model.EntryId;
import io.balsa.raft.model.Membership;
import io.balsa.raft.model.MembershipEntry;
import io.balsa.raft.model.NodeId;
import java.util.List;
import org.junit.jupiter.api.Test;

class MembershipHistoryTest {
  private static final MembershipEntry BORN = entry(0, "a");

  private static MembershipEntry entry(long index, String voter) {
    return new MembershipEntry(
        new EntryId(index == 0 ? 0 : 1, index), Membership.ofVoters(List.of(NodeId.of(voter))));
  }

  /** Paper §6: "a server always uses the latest configuration in its log, regardless of whether the entry is committed". */
  @Test
  void theLatestInTheLogIsInForceAndStopsWhenCutOff() {
    MembershipHistory history = new MembershipHistory(BORN, List.of());
    history.append(entry(5, "b"));
    history.append(entry(9, "c"));
    assertThat(history.current()).isEqualTo(entry(9, "c"));
    assertThat(history.truncateFrom(10)).isFalse();
    assertThat(history.truncateFrom(6)).isTrue();
    assertThat(history.current()).isEqualTo(entry(5, "b"));
    assertThat(history.truncateFrom(1)).isTrue();
    assertThat(history.current()).isEqualTo(BORN);
  }

  @Test
  void compactionKeepsTheOneThatWasInForceAtTheBase() {
    MembershipHistory history = new MembershipHistory(BORN, List.of(entry(5, "b"), entry(9, "c")));
    history.compactThrough(7);
    assertThat(history.at(7)).isEqualTo(entry(5, "b"));
    assertThat(history.at(8)).isEqualTo(entry(5, "b"));
    assertThat(history.at(9)).isEqualTo(entry(9, "c"));
    assertThat(history.truncateFrom(8)).isTrue();
    assertThat(history.current()).isEqualTo(entry(5, "b"));
  }
}
