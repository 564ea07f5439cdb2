package io.balsa.kv.request;

import io.balsa.kv.model.MemberId;
import io.balsa.kv.proto.Member;
import java.util.List;
import java.util.Optional;

/** Who the members are, and where their clients find them, as far as this member knows. Thread-safe. */
@FunctionalInterface
public interface MemberDirectory {

  /** All members, by id. A member that never started has neither name nor client URLs. */
  List<Member> members();

  default Optional<Member> member(MemberId id) {
    return members().stream().filter(member -> member.getID() == id.value()).findFirst();
  }
}
