package io.balsa.raft.testkit.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import io.balsa.raft.message.GroupMessage;
import io.balsa.raft.message.Message;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** A real codec passes these in its own module; here codecs are wrong in every way that matters. */
final class CarriageTest {

  /** Frames are places in a list: whatever is damaged is noticed, or not. */
  private static class Table implements SimWire {
    private final List<GroupMessage> messages = new ArrayList<>();

    @Override
    public byte[] encode(GroupMessage message) {
      messages.add(message);
      int place = messages.size() - 1;
      return new byte[] {(byte) (place >> 16), (byte) (place >> 8), (byte) place, check(place)};
    }

    @Override
    public Optional<GroupMessage> decode(byte[] frame) {
      int place = (frame[0] & 0xff) << 16 | (frame[1] & 0xff) << 8 | (frame[2] & 0xff);
      return isWhole(frame, place) ? Optional.of(messages.get(place)) : Optional.empty();
    }

    boolean isWhole(byte[] frame, int place) {
      return place < messages.size() && frame[3] == check(place);
    }

    private static byte check(int place) {
      return (byte) (place * 0x9E3779B9 >>> 24);
    }
  }

  @Test
  void aCodecThatKeepsEverythingChangesNothing() {
    SimOptions<RegisterMap> plain =
        SimOptions.DEFAULT.within(Extent.FULL.without(List.of("flips"))).withTextHash();
    long carried = 0;
    for (long seed = 1; seed <= 6; seed++) {
      SimReport with = Simulator.run(seed, plain.withWire(Table::new));
      assertThat(with.eventHash()).isEqualTo(Simulator.run(seed, plain).eventHash());
      carried += with.reached().getOrDefault(Reached.WIRE_CODEC, 0L);
    }
    assertThat(carried).isPositive();
  }

  @Test
  void damageThatIsNotNoticedIsFound() {
    SimOptions<RegisterMap> options =
        SimOptions.DEFAULT.withWire(
            () ->
                new Table() {
                  @Override
                  boolean isWhole(byte[] frame, int place) {
                    return place < super.messages.size();
                  }
                });
    assertThat(properties(options)).contains("DamageIsRefused");
  }

  @Test
  void aFieldThatIsForgottenIsFound() {
    SimOptions<RegisterMap> options =
        SimOptions.DEFAULT.withWire(
            () ->
                new Table() {
                  @Override
                  public byte[] encode(GroupMessage sent) {
                    return super.encode(new GroupMessage(sent.group(), withoutCommit(sent)));
                  }
                });
    assertThat(properties(options)).contains("WireKeepsMessages");
  }

  private static Message withoutCommit(GroupMessage sent) {
    return sent.message() instanceof Message.AppendRequest append
        ? new Message.AppendRequest(append.term(), append.prev(), append.entries(), 0)
        : sent.message();
  }

  private static List<String> properties(SimOptions<?> options) {
    SimulatorSeeds seeds = new SimulatorSeeds(options);
    return LongStream.rangeClosed(1, 20)
        .mapToObj(seed -> seeds.run(seed, Extent.FULL))
        .flatMap(Optional::stream)
        .map(SeedRunner.Finding::property)
        .toList();
  }
}
