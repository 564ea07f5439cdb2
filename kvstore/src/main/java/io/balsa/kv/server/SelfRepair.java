package io.balsa.kv.server;

import io.balsa.kv.members.MembersAnswer;
import io.balsa.kv.members.Replacement;
import io.balsa.kv.model.MemberId;
import io.balsa.kv.proto.Member;
import io.balsa.kv.state.KvStateMachine;
import io.balsa.kv.state.store.FileTree;
import io.balsa.raft.file.disk.Disk;
import io.balsa.raft.model.DamageException;
import io.balsa.raft.model.StorageException;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A member whose data is damaged comes back as a new one, at the same name and addresses, and fetches everything from the others. Used
 * by the thread that starts the server; blocks for half a minute at most.
 */
final class SelfRepair {
  /*
   * What a member acknowledged and then lost can't be made good by mending its files; that it is another member can. The change
   * is one entry of the log, so it takes a majority of the others, and Raft makes a voter of the newcomer when it has caught up
   * (docs/decisions/0014).
   *
   *   1. ask the others who the members are      nobody answers: refuse. Not among them: removed
   *   2. note which member comes instead         the file "repair"; from here on each start goes on with the same one
   *   3. have it replaced                        asked again if no answer came: that does no harm
   *   4. move the log aside, remove the rest
   *   5. become the other: the identity
   *   6. forget the note
   */
  private static final Logger log = LoggerFactory.getLogger(SelfRepair.class);

  /** How long the others may take until one of them answers: they may just be starting, too. */
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private static final Duration ANSWER_MAX = Duration.ofSeconds(5);
  private static final long PAUSE_MILLIS = 250;

  /** Who is damaged again and again has a disk that will do it once more. */
  private static final int REPAIRS_MAX = 2;

  private static final Duration REPAIRS_TIME = Duration.ofMinutes(10);

  private static final int LOGS_KEPT = 2;
  private static final Pattern KEPT_LOG = Pattern.compile("log\\.damaged-([0-9]{1,9})");

  private final ServerConfig config;
  private final RepairNotes notes;
  private final Clock clock;

  SelfRepair(ServerConfig config, Clock clock) {
    this.config = config;
    this.notes = new RepairNotes(config.dataDir());
    this.clock = clock;
  }

  /**
   * Goes on with a repair that was cut short, and begins one if the member stopped for damage. To be called before the directory is
   * opened.
   *
   * @throws StartupException if that can't be done now
   * @throws RemovedException if the member was removed meanwhile
   */
  void resume() {
    Optional<Identity> owner = owner();
    if (owner.isEmpty() || config.forceNewCluster()) {
      return;
    }
    Optional<RepairNotes.Order> order = notes.order();
    Optional<String> damage = notes.damage();
    if (order.isPresent()) {
      repair(owner.get(), order.get().damage(), order);
    } else if (damage.isPresent() && config.selfRepair()) {
      repair(owner.get(), damage.get(), Optional.empty());
    } else if (damage.isPresent()) {
      log.warn("this member stopped because of damage, and --balsa-self-repair is off: {}", damage);
    }
  }

  /**
   * Repairs the member that couldn't start.
   *
   * @return whether it may start now; false if it isn't to repair itself
   * @throws StartupException if that can't be done now: the message names the damage
   * @throws RemovedException if the member was removed meanwhile
   */
  boolean repair(DamageException damage) {
    Optional<Identity> owner = owner();
    if (owner.isEmpty() || config.forceNewCluster() || !config.selfRepair()) {
      return false;
    }
    repair(owner.get(), String.valueOf(damage.getMessage()), Optional.empty());
    return true;
  }

  private Optional<Identity> owner() {
    return Files.isDirectory(config.dataDir())
        ? DataDirectory.ownerOf(config.dataDir())
        : Optional.empty();
  }

  private void repair(Identity self, String damage, Optional<RepairNotes.Order> begun) {
    try (DataDirectory directory = DataDirectory.open(config.dataDir(), self)) {
      if (begun.isPresent() && begun.get().replacement().equals(self.member())) {
        notes.done(clock.instant()); // all but that was done
        return;
      }
      refuseAFailingDisk(damage);
      log.error("the data of member {} is damaged: {}", self.member(), damage);
      Set<URI> others = others(self, directory);
      if (others.isEmpty()) {
        throw refusal(damage, "there is no other member to fetch it from");
      }
      MembersAnswer members =
          untilAnswered(damage, others, peer -> MembersInquiry.ask(peer, true, ANSWER_MAX), self);
      if (!has(members, self.member()) && !isReplaced(members, begun)) {
        directory.markRemoved();
        throw new RemovedException(config.dataDir());
      }
      RepairNotes.Order order = begun.orElseGet(() -> order(self, members, damage));
      if (has(members, self.member())) {
        notes.begin(order);
        Replacement asked = replacement(self, order);
        settle(
            directory,
            order,
            untilAnswered(
                damage, others, peer -> MembersInquiry.replace(peer, asked, ANSWER_MAX), self));
      } else {
        settle(directory, order, members);
      }
    } catch (IOException e) {
      throw new StartupException(
          "can't repair " + config.dataDir() + ", which is damaged (" + damage + "): " + e, e);
    }
  }

  private void refuseAFailingDisk(String damage) {
    long repairs = notes.repairsWithin(REPAIRS_TIME, clock.instant());
    if (repairs >= REPAIRS_MAX) {
      throw refusal(
          damage,
          "it was repaired "
              + repairs
              + " times within ten minutes, so its disk is probably failing: move it to another one, or start it later");
    }
  }

  private StartupException refusal(String damage, String why) {
    return new StartupException(
        "the data of this member is damaged, and it can't repair itself, because "
            + why
            + ". The damage: "
            + damage
            + ". 'balsactl log verify --data-dir "
            + config.dataDir()
            + "' says more; 'balsactl log repair' and 'balsactl snapshot restore' are other ways");
  }

  /** Where other members may be found: as this one knew them first, as its state has them, and as the flags say. */
  private Set<URI> others(Identity self, DataDirectory directory) {
    Set<String> urls = new LinkedHashSet<>();
    membersInState(directory).stream()
        .filter(member -> member.getID() != self.member().value())
        .forEach(member -> urls.addAll(member.getPeerURLsList()));
    self.origin().peerUrls().entrySet().stream()
        .filter(member -> !member.getKey().equals(self.member()))
        .forEach(member -> urls.addAll(member.getValue()));
    config.initialCluster().peerUrls().keySet().stream()
        .filter(name -> !name.equals(config.name()))
        .forEach(name -> urls.addAll(MemberUrls.texts(config.initialCluster().peerUrlsOf(name))));
    MemberUrls.texts(config.urls().advertisePeer()).forEach(urls::remove);
    Set<URI> others = new LinkedHashSet<>();
    urls.forEach(url -> others.add(URI.create(url)));
    return others;
  }

  /** None if the state is what is damaged. */
  private List<Member> membersInState(DataDirectory directory) {
    if (Files.notExists(directory.state())) {
      return List.of();
    }
    try (KvStateMachine state =
        KvStateMachine.open(directory.state(), LocalMember.stateConfig(config))) {
      return state.members();
    } catch (StorageException e) {
      log.debug("the state doesn't say who the members are", e);
      return List.of();
    }
  }

  /** Asks one after the other, and again, until one of this cluster answers. */
  private MembersAnswer untilAnswered(
      String damage,
      Set<URI> others,
      Function<URI, CompletableFuture<MembersAnswer>> question,
      Identity self) {
    Instant deadline = clock.instant().plus(PATIENCE);
    List<String> failures = new ArrayList<>();
    do {
      failures.clear();
      for (URI peer : others) {
        try {
          MembersAnswer answer = question.apply(peer).join();
          if (answer.getClusterId() == self.clusterId() && answer.getMembersCount() > 0) {
            return answer;
          }
          failures.add(peer + " isn't of this cluster");
        } catch (CompletionException e) {
          failures.add(peer + ": " + e.getCause());
        }
      }
      CompletableFuture.runAsync(
              () -> {}, CompletableFuture.delayedExecutor(PAUSE_MILLIS, TimeUnit.MILLISECONDS))
          .join();
    } while (clock.instant().isBefore(deadline));
    throw refusal(
        damage,
        "no other member answered for a majority ("
            + String.join("; ", failures)
            + "): start the others first");
  }

  private RepairNotes.Order order(Identity self, MembersAnswer members, String damage) {
    Member old =
        members.getMembersList().stream()
            .filter(member -> member.getID() == self.member().value())
            .findFirst()
            .orElseThrow();
    MemberId replacement =
        MemberId.ofAdded(old.getPeerURLsList(), clock.instant().getEpochSecond());
    return new RepairNotes.Order(self.member(), replacement, damage);
  }

  private static Replacement replacement(Identity self, RepairNotes.Order order) {
    return Replacement.newBuilder()
        .setClusterId(self.clusterId())
        .setOldId(order.old().value())
        .setNewId(order.replacement().value())
        .build();
  }

  private static boolean has(MembersAnswer members, MemberId id) {
    return members.getMembersList().stream().anyMatch(member -> member.getID() == id.value());
  }

  private static boolean isReplaced(MembersAnswer members, Optional<RepairNotes.Order> begun) {
    return begun.isPresent() && has(members, begun.get().replacement());
  }

  private void settle(DataDirectory directory, RepairNotes.Order order, MembersAnswer members)
      throws IOException {
    keepLog(directory);
    FileTree.delete(directory.state());
    FileTree.delete(directory.snapshots());
    Disk.ofSystem().force(directory.path());
    Identity old = directory.identity();
    directory.become(
        new Identity(
            old.clusterId(),
            order.replacement(),
            old.name(),
            Origin.joined(members.getMembersList())));
    notes.done(clock.instant());
    log.warn(
        "member {} comes back as {}, and fetches its data from the others",
        order.old(),
        order.replacement());
  }

  /** Somebody may want to know what happened to it. */
  private static void keepLog(DataDirectory directory) throws IOException {
    TreeMap<Integer, Path> kept = new TreeMap<>();
    try (Stream<Path> files = Files.list(directory.path())) {
      for (Path file : files.toList()) {
        Matcher name = KEPT_LOG.matcher(file.getFileName().toString());
        if (name.matches()) {
          kept.put(Integer.parseInt(name.group(1)), file);
        }
      }
    }
    if (Files.exists(directory.log())) {
      int number = kept.isEmpty() ? 1 : kept.lastKey() + 1;
      Path aside = directory.path().resolve("log.damaged-" + number);
      Files.move(directory.log(), aside, StandardCopyOption.ATOMIC_MOVE);
      kept.put(number, aside);
    }
    while (kept.size() > LOGS_KEPT) {
      FileTree.delete(kept.pollFirstEntry().getValue());
    }
  }
}
