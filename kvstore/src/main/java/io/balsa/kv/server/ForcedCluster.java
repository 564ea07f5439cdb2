package io.balsa.kv.server;

import io.balsa.kv.command.CommandCodec;
import io.balsa.kv.command.KvCommand;
import io.balsa.kv.command.MemberLeft;
import io.balsa.kv.proto.Member;
import io.balsa.kv.server.Origin.Kind;
import io.balsa.kv.state.KvStateConfig;
import io.balsa.kv.state.StateFiles;
import io.balsa.raft.OfflineLog;
import io.balsa.raft.file.FileSnapshotStore;
import io.balsa.raft.model.Bytes;
import io.balsa.raft.model.EntryId;
import io.balsa.raft.model.GroupId;
import io.balsa.raft.model.MembershipEntry;
import io.balsa.raft.spi.LogStore;
import java.security.SecureRandom;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What {@code --force-new-cluster} does, before the member starts: makes it the only one of a cluster. Stateless. */
final class ForcedCluster {
  /*
   * The directory's identity says how far it has come, so that a crash anywhere leaves something safe, and so that a flag
   * that was left in a unit file does no harm:
   *
   *   the origin says          with the flag                                without it
   *   ───────────────────────  ───────────────────────────────────────────  ──────────────────────────────
   *   founder, joined,         new cluster id, "forcing"; then the log      started as ever
   *   restored, settled        gets its new membership; then "forced"
   *   forcing                  the log gets its new membership; "forced"    refused: it isn't known whether the
   *                                                                         log has the membership
   *   forced                   started, with a warning                      "settled": the flag counts again
   *
   * The id comes first: the members that were lost must never take this one for one of theirs again, not even for the moment
   * in which its log still names them. (They are a majority: what they decide without it would undo what it decides alone.)
   *
   * The log gets two entries, in one write: a command that leaves one member in the list, and Raft's membership. In this
   * order, because whoever leads makes Raft's membership follow the list, once it has applied as much as the membership.
   */
  private static final Logger log = LoggerFactory.getLogger(ForcedCluster.class);

  private ForcedCluster() {}

  /**
   * Refuses what can be refused before anything is opened.
   *
   * @throws StartupException if there is no member to force
   */
  static void check(ServerConfig config, Optional<Identity> owner) {
    if (config.forceNewCluster() && owner.isEmpty()) {
      throw new StartupException(
          "--force-new-cluster: the data directory "
              + config.dataDir()
              + " holds no member; a new cluster needs no force");
    }
  }

  /** Whose the directory is afterwards. */
  static Identity settle(ServerConfig config, DataDirectory directory, KvStateConfig state) {
    Identity found = directory.identity();
    if (!config.forceNewCluster()) {
      return withoutForce(directory, found);
    }
    if (found.origin().kind() == Kind.FORCED) {
      log.warn(
          "--force-new-cluster has no effect: it was done when this member started before. Remove the flag");
      return found;
    }
    if (found.origin().kind() != Kind.FORCING) {
      log.warn(
          "--force-new-cluster: this member leaves the cluster {} and becomes the only one of a new cluster. What it"
              + " hadn't received yet is lost, acknowledged or not. Never start the old members again with their data:"
              + " remove it, then add them as new members",
          Long.toHexString(found.clusterId()));
      directory.become(found.alone(new SecureRandom().nextLong(), Kind.FORCING));
    }
    MembershipEntry entry = rewrite(directory, state);
    long clusterId = directory.identity().clusterId();
    directory.become(found.alone(clusterId, Kind.FORCED));
    log.warn(
        "--force-new-cluster is done: cluster {} has one member, since entry {}. Remove the flag before the next start",
        Long.toHexString(clusterId),
        entry.id());
    return directory.identity();
  }

  private static Identity withoutForce(DataDirectory directory, Identity found) {
    if (found.origin().kind() == Kind.FORCING) {
      throw new StartupException(
          "the data directory "
              + directory.path()
              + " was left half-way by a start with --force-new-cluster: start once more with it");
    }
    if (found.origin().kind() == Kind.FORCED) {
      directory.become(found.alone(found.clusterId(), Kind.SETTLED));
    }
    return directory.identity();
  }

  private static MembershipEntry rewrite(DataDirectory directory, KvStateConfig config) {
    EntryId applied = StateFiles.applied(directory.state(), config);
    Identity self = directory.identity();
    try (LogStore raftLog = MemberLog.at(directory.log());
        FileSnapshotStore snapshots = FileSnapshotStore.at(directory.snapshots())) {
      return OfflineLog.makeOnlyVoter(
          raftLog,
          snapshots,
          GroupId.ONLY,
          self.member().toNodeId(),
          Optional.of(applied),
          List.of(left(self)));
    }
  }

  /** How the member is reached, if the list of members hasn't begun yet; otherwise it knows better. */
  private static Bytes left(Identity self) {
    Member member =
        self.origin().members().stream()
            .filter(known -> known.getID() == self.member().value())
            .findFirst()
            .orElseGet(() -> Member.newBuilder().setID(self.member().value()).build());
    return CommandCodec.encode(
        KvCommand.newBuilder().setMemberLeft(MemberLeft.newBuilder().setMember(member)));
  }
}
