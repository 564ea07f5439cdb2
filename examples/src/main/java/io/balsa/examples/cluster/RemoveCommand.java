package io.balsa.examples.cluster;

import io.balsa.examples.client.EtcdClient;
import io.balsa.examples.process.MemberSpec;
import io.balsa.examples.process.Trees;
import io.balsa.kv.proto.Member;
import java.util.List;
import picocli.CommandLine.Command;

/** {@code cluster remove NAME}. */
@Command(
    name = "remove",
    description = {
      "Removes a member from the cluster for good, running or not, and deletes its data.",
      "One that runs stops by itself."
    },
    mixinStandardHelpOptions = true)
final class RemoveCommand extends MemberCommand {

  @Override
  String act(StateFile file, ClusterState state, MemberSpec member) {
    try (EtcdClient client = Membership.ask(state, member)) {
      Member known = Membership.find(client, member);
      List<Member> left = client.removeMember(known.getID());
      if (state.isRunning(member)) {
        awaitExit(member, state.lastProcess(member));
      }
      Trees.delete(member.dir());
      file.write(state.without(member));
      Membership.print(left, out());
      return "was removed, and its data is deleted";
    }
  }
}
