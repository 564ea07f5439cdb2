package io.balsa.examples.cluster;

import io.balsa.examples.client.EtcdClient;
import io.balsa.examples.process.MemberSpec;
import picocli.CommandLine.Command;

/** {@code cluster promote NAME}. */
@Command(
    name = "promote",
    description = "Gives a learner its vote, once it has caught up.",
    mixinStandardHelpOptions = true)
final class PromoteCommand extends MemberCommand {

  @Override
  String act(StateFile file, ClusterState state, MemberSpec member) {
    try (EtcdClient client = Membership.ask(state, member)) {
      Membership.print(client.promoteMember(Membership.find(client, member).getID()), out());
      return "votes from now on";
    }
  }
}
