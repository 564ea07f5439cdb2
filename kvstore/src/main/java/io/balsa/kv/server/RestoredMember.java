package io.balsa.kv.server;

import io.balsa.kv.backup.SnapshotArchive;
import io.balsa.kv.model.MemberId;
import io.balsa.kv.proto.Member;
import io.balsa.kv.state.StateFiles;
import io.balsa.kv.state.store.FileTree;
import io.balsa.raft.OfflineLog;
import io.balsa.raft.file.disk.Disk;
import io.balsa.raft.model.EntryId;
import io.balsa.raft.model.GroupId;
import io.balsa.raft.model.StorageException;
import io.balsa.raft.spi.LogStore;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * A member's data directory, made from a snapshot: the first state of a new cluster, and a log that begins behind it.
 * Stateless; one thread.
 */
public final class RestoredMember {
  /*
   * Everything is made in DIR.restoring beside the data directory and flushed; then one rename makes it count. So a crash
   * leaves either nothing of the name, or all of it; what it leaves of DIR.restoring, the next try removes. A rename onto a
   * directory that holds something fails, so data is never written over, not even by two that restore at once.
   *
   * All members are restored from the same snapshot and so begin with the same state. It counts as entry 1 of term 1, which
   * all of them have: no log needs to hold it, and none needs the others' disks for its first election.
   */
  private static final EntryId BEGINNING = new EntryId(1, 1);

  private RestoredMember() {}

  /**
   * What to restore, in the words of the flags of {@code balsa}; these are said once more when the member is started.
   *
   * @param bumpRevision how much the revision grows
   * @param markCompacted whether everything before it counts as compacted
   */
  public record Order(
      String name,
      String initialCluster,
      String initialClusterToken,
      String initialAdvertisePeerUrls,
      Optional<Path> dataDir,
      long bumpRevision,
      boolean markCompacted) {}

  /** What was made. */
  public record Result(
      Path dataDir,
      long clusterId,
      MemberId member,
      int members,
      long savedRevision,
      long revision) {}

  /**
   * Makes the data directory.
   *
   * @throws io.balsa.kv.backup.SnapshotException if the snapshot isn't whole
   * @throws RestoreException if the order can't be understood, or the directory can't be made; nothing is left of it
   * @throws IOException if a file can't be read or written; nothing is left
   */
  public static Result restore(Path snapshot, Order order) throws IOException {
    ServerConfig config = config(order);
    if (order.markCompacted() && order.bumpRevision() == 0) {
      throw new RestoreException("--mark-compacted needs a --bump-revision above 0");
    }
    Path target = config.dataDir().toAbsolutePath().normalize();
    refuseUsed(target);
    try (SnapshotArchive archive = SnapshotArchive.open(snapshot)) {
      Path draft = target.resolveSibling(target.getFileName() + ".restoring");
      removeLeftover(draft);
      try {
        return make(draft, target, config, order, archive);
      } catch (StartupException | StorageException | IllegalArgumentException e) {
        throw new RestoreException(String.valueOf(e.getMessage()), e);
      }
    }
  }

  private static ServerConfig config(Order order) {
    List<String> flags = new ArrayList<>();
    flags.add("--name=" + order.name());
    flags.add("--initial-cluster-token=" + order.initialClusterToken());
    flags.add("--initial-advertise-peer-urls=" + order.initialAdvertisePeerUrls());
    order.dataDir().ifPresent(dir -> flags.add("--data-dir=" + dir));
    if (!order.initialCluster().isEmpty()) {
      flags.add("--initial-cluster=" + order.initialCluster());
    }
    try {
      return ServerConfig.of(Flags.parse(flags, new TreeMap<>()));
    } catch (Flags.UsageException e) {
      throw new RestoreException(String.valueOf(e.getMessage()), e);
    }
  }

  private static void refuseUsed(Path target) throws IOException {
    if (Files.notExists(target)) {
      return;
    }
    if (Files.isDirectory(target)) {
      try (Stream<Path> found = Files.list(target)) {
        if (found.findAny().isEmpty()) {
          return;
        }
      }
    }
    throw new RestoreException(
        "the data directory "
            + target
            + " exists and isn't empty. Nothing was written: move it away, or name another with --data-dir");
  }

  private static Result make(
      Path draft, Path target, ServerConfig config, Order order, SnapshotArchive archive)
      throws IOException {
    InitialCluster cluster = config.initialCluster();
    MemberId self = cluster.memberId(config.name());
    long clusterId =
        MemberId.restoredClusterId(
            cluster.memberIds(),
            String.join(
                "\n",
                archive.hash(),
                String.join(",", cluster.peerUrls().keySet()),
                Long.toString(order.bumpRevision()),
                Boolean.toString(order.markCompacted())));
    Identity identity = new Identity(clusterId, self, config.name(), Origin.restored(cluster));
    try (DataDirectory directory = DataDirectory.open(draft, identity)) {
      try {
        long revision = fill(directory, config, order, archive);
        FileTree.force(draft);
        publish(draft, target);
        return new Result(
            target,
            clusterId,
            self,
            cluster.memberIds().size(),
            revision - order.bumpRevision(),
            revision);
      } finally {
        FileTree.delete(draft); // it has gone to its name, or must go
      }
    }
  }

  /** Returns the new revision. */
  private static long fill(
      DataDirectory directory, ServerConfig config, Order order, SnapshotArchive archive)
      throws IOException {
    StateFiles.create(directory.state(), archive::extractDatabase);
    try (LogStore log = MemberLog.at(directory.log())) {
      OfflineLog.begin(
          log,
          GroupId.ONLY,
          BEGINNING,
          config.initialCluster().memberIds().stream().map(MemberId::toNodeId).toList());
    }
    return StateFiles.begin(
        directory.state(),
        LocalMember.stateConfig(config),
        new StateFiles.Beginning(
            BEGINNING,
            members(config.initialCluster()),
            order.bumpRevision(),
            order.markCompacted()));
  }

  /**
   * They have their names already: so one that is started without having been restored is told that its data is missing. Where clients
   * find them, they say when they start.
   */
  private static List<Member> members(InitialCluster cluster) {
    return cluster.peerUrls().keySet().stream()
        .map(
            name ->
                Member.newBuilder()
                    .setID(cluster.memberId(name).value())
                    .setName(name)
                    .addAllPeerURLs(MemberUrls.texts(cluster.peerUrlsOf(name)))
                    .build())
        .toList();
  }

  private static void publish(Path draft, Path target) throws IOException {
    try {
      Files.move(draft, target, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw new RestoreException(
          "can't give the restored directory its name " + target + ": " + e + ". Nothing was kept",
          e);
    }
    Disk.ofSystem().force(target.resolveSibling("."));
  }

  /** What a try that was interrupted has left; one that is under way keeps its lock. */
  private static void removeLeftover(Path draft) throws IOException {
    if (Files.notExists(draft)) {
      return;
    }
    Closeable lock =
        Disk.ofSystem()
            .lock(draft.resolve("lock"))
            .orElseThrow(
                () ->
                    new RestoreException(
                        "another command is restoring into " + draft + " right now"));
    try (lock) {
      FileTree.delete(draft);
    }
  }
}
