package io.balsa.raft.memory;

import static org.assertj.core.api.Assertions.assertThat;

import io.balsa.raft.model.NodeId;
import io.balsa.raft.spi.Transport;
import io.balsa.raft.testkit.contract.RecordingInbound;
import io.balsa.raft.testkit.contract.TransportContract;
import java.util.List;
import org.junit.jupiter.api.Test;

final class MemoryTransportTest extends TransportContract {
  private final MemoryNetwork network = new MemoryNetwork();

  @Override
  protected Transport transport(NodeId self) {
    return network.transport(self);
  }

  @Test
  void aCutLinkLosesBothDirectionsUntilItIsHealed() throws Exception {
    RecordingInbound heardByA = new RecordingInbound();
    Transport a = start(A, heardByA);
    RecordingInbound heardByB = new RecordingInbound();
    Transport b = start(B, heardByB);

    network.cut(A, B);
    a.send(B, numbered(0, 10));
    b.send(A, numbered(0, 10));
    network.heal();

    connect(a, B, heardByB);
    connect(b, A, heardByA);
    assertThat(messages(heardByA)).isEmpty();
    assertThat(messages(heardByB)).isEmpty();
  }

  @Test
  void aLinkThatIsCutOneWayStillCarriesTheOther() throws Exception {
    RecordingInbound heardByA = new RecordingInbound();
    Transport a = start(A, heardByA);
    RecordingInbound heardByB = new RecordingInbound();
    Transport b = start(B, heardByB);

    network.cutOneWay(A, B);
    a.send(B, numbered(0, 10));
    connect(b, A, heardByA);

    network.heal();
    connect(a, B, heardByB);
    assertThat(messages(heardByB)).isEmpty();
  }

  @Test
  void aPeerBehindACutIsNotReportedGone() throws Exception {
    RecordingInbound heardByA = new RecordingInbound();
    Transport a = start(A, heardByA);
    RecordingInbound heardByB = new RecordingInbound();
    Transport b = start(B, heardByB);
    RecordingInbound heardByC = new RecordingInbound();
    Transport c = start(C, heardByC);
    for (NodeId peer : List.of(B, C)) {
      connect(a, peer, peer.equals(B) ? heardByB : heardByC);
    }

    network.isolate(B);
    b.close();
    c.close();

    heardByA.awaitUnreachable(C, 1);
    assertThat(heardByA.unreachable()).containsExactly(C);
  }
}
