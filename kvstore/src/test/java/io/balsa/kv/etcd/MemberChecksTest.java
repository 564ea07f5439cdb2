package io.balsa.kv.etcd;

import static org.assertj.core.api.Assertions.assertThat;

import io.balsa.kv.proto.Member;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class MemberChecksTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://a:1",
        "https://a:1",
        "http://[::1]:2380",
        "http://h:65535",
        "http://1.2.3.4:1"
      })
  void aPeerUrlHasAHostAndAPort(String url) {
    assertThat(MemberChecks.areUrls(List.of(url))).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "a:1",
        "http://a",
        "http://a:0",
        "http://a:65536",
        "http://a:1/",
        "http://a:1?b",
        "mailto:a",
        "unix://a:1",
        "http://:1",
        "http://a b:1",
        "http://a:x"
      })
  void nothingElseIsOne(String url) {
    assertThat(MemberChecks.areUrls(List.of("http://a:1", url))).isFalse();
  }

  /** Voters: upper case is connected, lower case isn't; this member is the first. */
  @ParameterizedTest
  @CsvSource({
    "A, true, false",
    "AB, true, true",
    "Ab, false, true",
    "ABC, true, true",
    "ABc, false, true",
    "Abc, false, true",
    "ABCDE, true, true",
    "ABCDe, true, true",
    "ABCde, false, true"
  })
  void aMajorityMustBeReachedAfterwards(String voters, boolean mayGrow, boolean mayLoseTheLast) {
    List<Member> members = new ArrayList<>();
    for (char c : voters.toCharArray()) {
      members.add(Member.newBuilder().setID(c).build());
    }
    members.add(Member.newBuilder().setID('z').setIsLearner(true).build());
    long last = voters.charAt(voters.length() - 1);
    assertThat(MemberChecks.mayGrow(members, 'A', MemberChecksTest::isUpper)).isEqualTo(mayGrow);
    assertThat(MemberChecks.mayShrink(members, last, 'A', MemberChecksTest::isUpper))
        .isEqualTo(mayLoseTheLast);
    assertThat(MemberChecks.mayShrink(members, 'z', 'A', MemberChecksTest::isUpper))
        .as("a learner counts for nothing")
        .isTrue();
  }

  @Test
  void oneOfTwoConnectedVotersMayNotGoWhenAThirdIsLost() {
    List<Member> members =
        List.of(
            Member.newBuilder().setID('A').build(),
            Member.newBuilder().setID('B').build(),
            Member.newBuilder().setID('c').build());
    assertThat(MemberChecks.mayShrink(members, 'B', 'A', MemberChecksTest::isUpper)).isFalse();
    assertThat(MemberChecks.mayShrink(members, 'A', 'A', MemberChecksTest::isUpper)).isFalse();
  }

  private static boolean isUpper(Member member) {
    return Character.isUpperCase((char) member.getID());
  }
}
