package io.balsa.kv.server;

import io.balsa.kv.members.MembersAnswer;
import io.balsa.kv.model.MemberId;
import io.balsa.kv.proto.Member;
import io.balsa.kv.state.MemberRules;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who a process is that has no data yet: one of those that a cluster is born with, or one that was added to it. What the flags
 * say is compared with what the other members say, by etcd's rules and in its words. Used once, by the thread that starts the
 * server; blocks for seconds at most.
 */
final class FirstStart {
  private static final Logger log = LoggerFactory.getLogger(FirstStart.class);

  /** As long as a member may take to answer on its peer port. */
  private static final Duration JOIN_PATIENCE = Duration.ofSeconds(3);

  /** A founder asks only whether it is late: most often nobody is up to answer. */
  private static final Duration FOUND_PATIENCE = Duration.ofSeconds(1);

  private final ServerConfig config;
  private final InitialCluster given;

  private FirstStart(ServerConfig config) {
    this.config = config;
    this.given = config.initialCluster();
  }

  /**
   * Finds out.
   *
   * @throws StartupException if the other members don't know this one, know it as one that has run before, or can't be asked
   */
  static Identity of(ServerConfig config) {
    FirstStart start = new FirstStart(config);
    return config.joinsExisting() ? start.join() : start.found();
  }

  private Identity found() {
    MemberId self = given.memberId(config.name());
    // A disk that was lost must not make a second member of the same name: what the first promised,
    // it can't know.
    for (MembersAnswer answer : ask(false, FOUND_PATIENCE)) {
      answer.getMembersList().stream()
          .filter(member -> member.getID() == self.value())
          .findFirst()
          .ifPresent(this::refuseIfStarted);
    }
    return new Identity(given.clusterId(), self, config.name(), Origin.founded(given));
  }

  private Identity join() {
    List<MembersAnswer> answers =
        ask(true, JOIN_PATIENCE).stream().filter(answer -> answer.getMembersCount() > 0).toList();
    if (answers.isEmpty()) {
      throw new StartupException(
          "cannot fetch cluster info from peer urls: could not retrieve cluster information from the given URLs "
              + others());
    }
    MembersAnswer cluster = answers.get(0);
    for (MembersAnswer other : answers) {
      if (other.getClusterId() != cluster.getClusterId()) {
        throw new StartupException(
            "--initial-cluster names members of different clusters: "
                + Long.toHexString(cluster.getClusterId())
                + " and "
                + Long.toHexString(other.getClusterId()));
      }
    }
    Member self = match(cluster.getMembersList());
    refuseIfStarted(self);
    return new Identity(
        cluster.getClusterId(),
        new MemberId(self.getID()),
        config.name(),
        Origin.joined(cluster.getMembersList()));
  }

  /** Every member of one list must be in the other, by its peer URLs. Returns this one. */
  private Member match(List<Member> existing) {
    if (existing.size() != given.peerUrls().size()) {
      throw mismatch(existing, "member count is unequal");
    }
    Optional<Member> self = Optional.empty();
    for (String name : given.peerUrls().keySet()) {
      List<String> urls = MemberUrls.texts(given.peerUrlsOf(name)).stream().sorted().toList();
      Optional<Member> found =
          existing.stream()
              .filter(member -> member.getPeerURLsList().stream().sorted().toList().equals(urls))
              .findFirst();
      if (found.isEmpty()) {
        throw mismatch(
            existing, "PeerURLs: no match found for member (" + name + ", " + urls + ")");
      }
      if (name.equals(config.name())) {
        self = found;
      }
    }
    return self.orElseThrow(() -> mismatch(existing, "this member isn't among them"));
  }

  private static StartupException mismatch(List<Member> existing, String why) {
    String members =
        existing.stream()
            .map(
                member ->
                    new MemberId(member.getID())
                        + (member.getName().isEmpty() ? "" : " " + member.getName())
                        + " "
                        + member.getPeerURLsList())
            .collect(Collectors.joining(", "));
    return new StartupException(
        "error validating peerURLs {" + members + "}: " + why + "; see --initial-cluster");
  }

  private void refuseIfStarted(Member self) {
    if (MemberRules.isStarted(self)) {
      throw new StartupException(
          "member "
              + new MemberId(self.getID())
              + " has already been bootstrapped, and its data isn't in "
              + config.dataDir()
              + ": give it its data back, or remove it and add a new member");
    }
  }

  private List<URI> others() {
    return given.peerUrls().keySet().stream()
        .filter(name -> !name.equals(config.name()))
        .flatMap(name -> given.peerUrlsOf(name).stream())
        .toList();
  }

  /** Asks all others at once; those that don't answer are left out. */
  private List<MembersAnswer> ask(boolean linearizable, Duration patience) {
    List<CompletableFuture<MembersAnswer>> asked =
        others().stream().map(url -> MembersInquiry.ask(url, linearizable, patience)).toList();
    List<MembersAnswer> answers = new ArrayList<>();
    for (CompletableFuture<MembersAnswer> answer : asked) {
      try {
        answers.add(answer.get());
      } catch (ExecutionException e) {
        log.debug("a peer didn't answer", e);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new StartupException("interrupted while asking the other members", e);
      }
    }
    return answers;
  }
}
