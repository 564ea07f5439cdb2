package io.balsa.examples.crash;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.balsa.examples.client.Contents;
import io.balsa.kv.proto.KeyValue;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The judge: what it lets pass, and what it must never let pass. */
class CheckTest {
  private final WriteLedger ledger = new WriteLedger();

  @BeforeEach
  void writeOneAcknowledgedAndOneUnknown() {
    ledger.begin("known", "1");
    ledger.acknowledge("known", "1", 7);
    ledger.begin("unknown", "2");
  }

  @Test
  void anUnknownWriteMayBeThereOrNot() {
    assertThat(violations(kv("known", "1", 7))).isEmpty();
    assertThat(violations(kv("known", "1", 7), kv("unknown", "2", 8))).isEmpty();
  }

  @Test
  void anAcknowledgedWriteThatIsMissingIsALoss() {
    assertThat(violations(kv("unknown", "2", 8)))
        .containsExactly("known is lost: it was acknowledged at revision 7");
  }

  @Test
  void anotherValueOrRevisionThanTheAcknowledgedIsWrong() {
    assertThat(violations(kv("known", "x", 7))).containsExactly("known holds x, not 1");
    assertThat(violations(kv("known", "1", 9)))
        .containsExactly("known was acknowledged at revision 7 but stands at 9");
  }

  @Test
  void aKeyThatNobodyWroteIsWrong() {
    assertThat(violations(kv("ghost", "3", 6), kv("known", "1", 7)))
        .containsExactly("ghost is there, but nobody wrote it");
  }

  @Test
  void aWriteThatHappenedTwiceIsWrong() {
    KeyValue twice = kv("known", "1", 7).toBuilder().setVersion(2).build();
    assertThat(violations(twice)).containsExactly("known was applied 2 times");
  }

  private List<String> violations(KeyValue... kvs) {
    return Check.violations(new Contents(10, List.of(kvs)), ledger);
  }

  private static KeyValue kv(String key, String value, long revision) {
    return KeyValue.newBuilder()
        .setKey(ByteString.copyFromUtf8(key))
        .setValue(ByteString.copyFromUtf8(value))
        .setModRevision(revision)
        .setCreateRevision(revision)
        .setVersion(1)
        .build();
  }
}
