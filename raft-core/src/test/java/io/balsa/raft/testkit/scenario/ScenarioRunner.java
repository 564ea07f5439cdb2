package io.balsa.raft.testkit.scenario;

import io.balsa.raft.model.Bytes;
import io.balsa.raft.model.EntryId;
import io.balsa.raft.model.MembershipChange;
import io.balsa.raft.model.MembershipEntry;
import io.balsa.raft.model.NodeId;
import io.balsa.raft.model.Role;
import io.balsa.raft.protocol.Describe;
import io.balsa.raft.protocol.Input;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;

/**
 * Carries out the verbs of one scenario and returns what they print. One thread.
 *
 * <pre>
 * cluster voters=n1,n2,n3 [learners=n4] [spares=n5] [blank=n1] [log=10@t1] [n2=1,1,2] [term=3] [election=1s] [heartbeat=100ms]
 *         [entries=64] [inflight=8] [uncommitted=1000] [lease-drift=ppm]    log: the same at all; n2: the terms of its entries
 * elect n1                  quietly makes n1 the leader and settles
 * propose n1 "x=1" …        read n1 [lease]        transfer n1 n2        unreachable n2 n1        silent n2 n1
 * change n1 voters=n1,n2 [learners=n3,n4] [promotable=n4] [expected=5@t2] [unguarded]
 * tick n1 heartbeat|election|250ms          also of a list, or of all
 * drift n1 1s               its clock goes on, and nobody wakes it
 * settle [n1 n2]            delivers, persists and applies until nothing is under way to the nodes
 * deliver [from=] [to=] [kind=] [first|reversed]  what is under way now, once
 * drop, repeat              as deliver: takes messages away, puts copies behind all others
 * cut n3 | cut n1>n2        what is sent from now on is lost            heal [n3 | n1>n2]
 * hold n1, persist n1 [2], release n1       writes wait; the oldest become durable; all do, and later ones at once
 * compact n1 7              takes a snapshot and lets the log begin after 7
 * fail n1 n3                n1's snapshot for n3 could not be sent
 * crash n1, restart n1      what isn't durable is lost
 * wipe n1                   it crashed, and comes back with a blank disk: as initial voter, or as a newcomer with "wipe n1 newcomer"
 * status [n1], log [n1], membership [n1], network
 * </pre>
 *
 * The word {@code quietly} keeps a verb from printing.
 */
final class ScenarioRunner {
  private ScenarioCluster cluster = new ScenarioCluster();
  private long electionNanos;
  private long heartbeatNanos;

  private long lastProposalId;
  private long lastReadId;

  List<String> run(List<String> commands) {
    for (String line : commands) {
      try {
        Command command = Command.parse(line);
        if (command.quietly()) {
          cluster.quietly(() -> run(command));
        } else {
          run(command);
        }
      } catch (RuntimeException | AssertionError e) {
        throw new AssertionError(
            "at '" + line + "' after\n" + String.join("\n", cluster.takePrinted()), e);
      }
    }
    return cluster.takePrinted();
  }

  private void run(Command command) {
    switch (command.verb()) {
      case "cluster" -> createCluster(command);
      case "elect" -> elect(command);
      case "tick" -> tick(command);
      case "settle" -> settle(command);
      case "deliver", "drop", "repeat" -> moveMessages(command);
      case "cut", "heal" -> changeLinks(command);
      case "status", "log", "membership", "network" -> show(command);
      default -> runAtNode(command, cluster.get(command.word(0)));
    }
  }

  private void runAtNode(Command command, ScenarioNode node) {
    switch (command.verb()) {
      case "propose" -> propose(node, command.words().subList(1, command.words().size()));
      case "read" -> node.step(new Input.ReadBarrier(++lastReadId, command.hasWord("lease")));
      case "change" -> change(node, command);
      case "transfer" -> node.step(new Input.TransferLeadership(NodeId.of(command.word(1))));
      case "unreachable" -> node.step(new Input.PeerUnreachable(NodeId.of(command.word(1))));
      case "silent" -> node.step(new Input.PeerSilent(NodeId.of(command.word(1))));
      case "drift" -> node.driftTime(ClusterSetup.nanos(command.word(1)));
      case "fail" -> node.step(new Input.SnapshotFailed(NodeId.of(command.word(1))));
      case "compact" -> node.compactThrough(Long.parseLong(command.word(1)));
      case "hold" -> node.holdWrites();
      case "persist" ->
          node.persistNow(
              command.words().size() > 1 ? Integer.parseInt(command.word(1)) : Integer.MAX_VALUE);
      case "release" -> node.releaseWrites();
      case "crash" -> node.crash();
      case "restart" -> node.restart();
      case "wipe" -> node.wipe(command.hasWord("newcomer"));
      default -> throw new IllegalArgumentException("no verb is called " + command.verb());
    }
  }

  private void createCluster(Command command) {
    ClusterSetup setup = ClusterSetup.of(command);
    electionNanos = setup.electionNanos();
    heartbeatNanos = setup.heartbeatNanos();
    cluster = setup.create();
    cluster.quietly(() -> cluster.nodes().forEach(ScenarioNode::start));
  }

  private void propose(ScenarioNode node, List<String> texts) {
    long first = lastProposalId + 1;
    lastProposalId += texts.size();
    node.step(new Input.Propose(first, texts.stream().map(Bytes::utf8).toList()));
  }

  private void change(ScenarioNode node, Command command) {
    Optional<EntryId> expected = command.option("expected").map(ScenarioRunner::entryId);
    MembershipChange change =
        new MembershipChange(
            expected,
            command.nodes("voters"),
            command.nodes("learners"),
            command.nodes("promotable"),
            !command.hasWord("unguarded"));
    node.step(new Input.ChangeMembership(++lastProposalId, change));
  }

  private static EntryId entryId(String text) {
    int at = text.indexOf("@t");
    return new EntryId(
        Long.parseLong(text.substring(at + 2)), Long.parseLong(text.substring(0, at)));
  }

  private void elect(Command command) {
    ScenarioNode candidate = cluster.get(command.word(0));
    cluster.quietly(
        () -> {
          for (ScenarioNode node : cluster.nodes()) {
            if (node != candidate) {
              node.driftTime(electionNanos);
            }
          }
          candidate.passElectionTimeout();
          cluster.settle(all());
        });
    Command.require(
        candidate.status().role() == Role.LEADER,
        "not elected: " + Describe.status(candidate.status()));
  }

  private void tick(Command command) {
    String duration = command.word(command.words().size() - 1);
    List<String> names = command.words().subList(0, command.words().size() - 1);
    for (ScenarioNode node : cluster.nodes()) {
      if (names.contains("all") || names.contains(node.id().value())) {
        switch (duration) {
          case "election" -> node.passElectionTimeout();
          case "heartbeat" -> node.passTime(heartbeatNanos);
          default -> node.passTime(ClusterSetup.nanos(duration));
        }
      }
    }
  }

  private void settle(Command command) {
    Set<NodeId> receivers = new TreeSet<>();
    command.words().forEach(word -> receivers.add(cluster.get(word).id()));
    cluster.settle(receivers.isEmpty() ? all() : receivers);
  }

  private void moveMessages(Command command) {
    Predicate<Envelope> filter =
        envelope ->
            command.option("from").map(envelope.from().value()::equals).orElse(true)
                && command.option("to").map(envelope.to().value()::equals).orElse(true)
                && command.option("kind").map(envelope.kind()::equals).orElse(true);
    if (command.verb().equals("repeat")) {
      cluster.sendAgain(cluster.underWay().stream().filter(filter).toList());
      return;
    }
    List<Envelope> taken = new ArrayList<>(cluster.take(filter, command.hasWord("first")));
    Command.require(!taken.isEmpty(), "nothing matches: " + cluster.underWay());
    if (command.hasWord("reversed")) {
      Collections.reverse(taken);
    }
    if (command.verb().equals("deliver")) {
      taken.forEach(cluster::deliver);
    }
  }

  private void changeLinks(Command command) {
    if (command.words().isEmpty()) {
      cluster.heal(link -> true);
      return;
    }
    String target = command.word(0);
    boolean directed = target.contains(">");
    if (command.verb().equals("heal")) {
      cluster.heal(link -> directed ? link.equals(target) : link.contains(target));
    } else if (directed) {
      cluster.cut(
          NodeId.of(target.substring(0, target.indexOf('>'))),
          NodeId.of(target.substring(target.indexOf('>') + 1)));
    } else {
      for (NodeId other : all()) {
        cluster.cut(NodeId.of(target), other);
        cluster.cut(other, NodeId.of(target));
      }
    }
  }

  private void show(Command command) {
    if (command.verb().equals("network")) {
      cluster.underWay().forEach(envelope -> cluster.print(envelope.toString()));
      return;
    }
    for (ScenarioNode node : cluster.nodes()) {
      if (command.words().isEmpty() || command.hasWord(node.id().value())) {
        cluster.print(line(command.verb(), node));
      }
    }
  }

  private static String line(String verb, ScenarioNode node) {
    return switch (verb) {
      case "status" -> statusLine(node);
      case "membership" -> {
        MembershipEntry current = node.status().membership();
        yield node.id() + " " + current.id() + " " + current.membership();
      }
      default -> logLine(node);
    };
  }

  private static String statusLine(ScenarioNode node) {
    return node.isRunning()
        ? Describe.status(node.status())
        : node.id() + " down " + node.platter().hardState();
  }

  private static String logLine(ScenarioNode node) {
    StringBuilder line = new StringBuilder(node.id().value());
    line.append(" base=").append(node.cache().base().last());
    node.cache().entries().forEach(entry -> line.append(' ').append(Describe.entry(entry)));
    return line.toString();
  }

  private Set<NodeId> all() {
    Set<NodeId> ids = new TreeSet<>();
    cluster.nodes().forEach(node -> ids.add(node.id()));
    return ids;
  }
}
