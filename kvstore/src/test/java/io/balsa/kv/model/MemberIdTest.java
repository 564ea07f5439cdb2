package io.balsa.kv.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

final class MemberIdTest {

  @Test
  void idsAreThoseThatEtcdGivesItsDefaultCluster() {
    MemberId member = MemberId.ofInitial(List.of("http://localhost:2380"), "etcd-cluster");
    assertThat(member).hasToString("8e9e05c52164694d");
    assertThat(Long.toHexString(MemberId.clusterId(List.of(member)))).isEqualTo("cdf818194e3a8c32");
  }

  @Test
  void theOrderOfUrlsAndMembersDoesNotMatter() {
    assertThat(MemberId.ofInitial(List.of("http://b:1", "http://a:1"), "t"))
        .isEqualTo(MemberId.ofInitial(List.of("http://a:1", "http://b:1"), "t"));
    MemberId low = new MemberId(1);
    MemberId high = new MemberId(-1);
    assertThat(MemberId.clusterId(List.of(high, low)))
        .isEqualTo(MemberId.clusterId(List.of(low, high)));
    assertThat(low).isLessThan(high);
  }

  @Test
  void anIdSurvivesItsWayThroughRaft() {
    MemberId small = new MemberId(0xabcL);
    assertThat(small.toNodeId().value()).isEqualTo("0000000000000abc");
    assertThat(MemberId.of(small.toNodeId())).isEqualTo(small);
    assertThat(small).hasToString("abc");
  }
}
