package io.balsa.examples.demo;

import com.google.protobuf.ByteString;
import io.balsa.examples.client.ClusterClient;
import io.balsa.examples.client.Contents;
import io.balsa.examples.client.EtcdClient;
import io.balsa.examples.client.WatchFeed;
import io.balsa.examples.process.Await;
import io.balsa.examples.process.ExampleException;
import io.balsa.examples.process.LocalCluster;
import io.balsa.examples.process.MemberSpec;
import io.balsa.kv.proto.Compare;
import io.balsa.kv.proto.Event;
import io.balsa.kv.proto.KeyValue;
import io.balsa.kv.proto.RequestOp;
import io.balsa.kv.proto.TxnRequest;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** The tour through a running cluster, step by step. Every step checks what it tells; the first wrong answer ends it. */
public final class Demo implements AutoCloseable {
  private static final Duration CALL_TIMEOUT = Duration.ofSeconds(10);
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final Duration LEASE_TTL = Duration.ofSeconds(2);
  private static final int WRITES_WITHOUT_LEADER = 100;

  private final LocalCluster cluster;
  private final Narrator narrator;
  private final ClusterClient clients;

  /** Everything that was acknowledged, and hence must be there until the end. */
  private final Map<String, String> acknowledged = new TreeMap<>();

  public Demo(LocalCluster cluster, Narrator narrator) {
    this.cluster = cluster;
    this.narrator = narrator;
    this.clients = new ClusterClient(cluster.members(), CALL_TIMEOUT);
  }

  /**
   * Runs all of it.
   *
   * @throws ExampleException at the first answer that isn't the right one
   */
  public void run() {
    putAndGet();
    prefix();
    compareAndPut();
    watch();
    lease();
    MemberSpec killed = killLeader();
    restart(killed);
    compareMembers();
  }

  @Override
  public void close() {
    clients.close();
  }

  private void putAndGet() {
    put(client(0), "fruit/apple", "green");
    long revision = client(0).get("fruit/apple").orElseThrow().getModRevision();
    narrator.step(
        "put", "fruit/apple = green, through %s: revision %d", member(0).name(), revision);
    KeyValue apple = client(1).get("fruit/apple").orElseThrow();
    expect("fruit/apple", "green", text(apple.getValue()));
    narrator.step("get", "fruit/apple is %s, through %s", text(apple.getValue()), member(1).name());
  }

  private void prefix() {
    put(client(1), "fruit/cherry", "red");
    put(client(2), "fruit/banana", "yellow");
    List<KeyValue> fruit = client(2).prefix("fruit/");
    String listed =
        fruit.stream()
            .map(kv -> text(kv.getKey()).substring("fruit/".length()) + "=" + text(kv.getValue()))
            .collect(Collectors.joining(" "));
    expect("the fruit", "apple=green banana=yellow cherry=red", listed);
    narrator.step("range", "fruit/ holds %s", listed);
  }

  private void compareAndPut() {
    TxnRequest ripen =
        TxnRequest.newBuilder()
            .addCompare(
                Compare.newBuilder()
                    .setKey(ByteString.copyFromUtf8("fruit/apple"))
                    .setTarget(Compare.CompareTarget.VALUE)
                    .setResult(Compare.CompareResult.EQUAL)
                    .setValue(ByteString.copyFromUtf8("green")))
            .addSuccess(
                RequestOp.newBuilder().setRequestPut(EtcdClient.putRequest("fruit/apple", "red")))
            .build();
    expect("the first txn's success", true, client(0).txn(ripen).getSucceeded());
    acknowledged.put("fruit/apple", "red");
    narrator.step("txn", "if fruit/apple is green, make it red: done");
    expect("the second txn's success", false, client(1).txn(ripen).getSucceeded());
    narrator.step("txn", "the same once more: refused, it is red by now");
  }

  private void watch() {
    try (WatchFeed feed = client(2).watchPrefix("fruit/")) {
      narrator.step("watch", "fruit/, through %s, while others write", member(2).name());
      put(client(0), "fruit/apple", "brown");
      put(client(1), "fruit/date", "black");
      expectEvent(feed.next(CALL_TIMEOUT), "PUT fruit/apple brown, was red");
      expectEvent(feed.next(CALL_TIMEOUT), "PUT fruit/date black");
    }
  }

  private void lease() {
    try (WatchFeed feed = client(0).watchPrefix("session/")) {
      long lease = client(1).grantLease(LEASE_TTL);
      client(1).put(EtcdClient.putRequest("session/alice", "here").setLease(lease).build());
      expect("the event", "PUT session/alice here", print(feed.next(CALL_TIMEOUT)));
      narrator.step("lease", "session/alice is here for %d s", LEASE_TTL.toSeconds());
      expectEvent(feed.next(PATIENCE), "DELETE session/alice, was here");
    }
    expect("alice's absence", true, client(2).get("session/alice").isEmpty());
  }

  /** Kills the leader while writes go on. Returns who it was. */
  private MemberSpec killLeader() {
    MemberSpec leader = narrateLeader();
    long pid = cluster.process(leader).pid();
    List<EtcdClient> others =
        cluster.members().stream().filter(member -> member != leader).map(clients::to).toList();
    long killedAt = System.nanoTime();
    cluster.process(leader).kill();
    WriteProbe.Acknowledged first = new WriteProbe(others).firstAcknowledged();
    acknowledged.put(first.key(), first.value());
    long gap = TimeUnit.NANOSECONDS.toMillis(first.nanoTime() - killedAt);
    narrator.highlight(
        "kill -9", "%s (pid %d): the others write again after %,d ms", leader.name(), pid, gap);

    narrateLeader();
    for (int i = 0; i < WRITES_WITHOUT_LEADER; i++) {
      put(others.get(i % others.size()), String.format("meanwhile/%03d", i), "value " + i);
    }
    narrator.step("put", "%d more keys while %s is away", WRITES_WITHOUT_LEADER, leader.name());
    return leader;
  }

  private void restart(MemberSpec member) {
    Await.until("the killed process is gone", PATIENCE, () -> !cluster.process(member).isAlive());
    cluster.launch(member);
    cluster.awaitHealthy(member);
    clients.awaitConnected(member);
    narrator.step("restart", "%s is back", member.name());

    Contents everything = clients.to(clients.awaitLeader()).contents(false);
    Contents own = clients.awaitContents(member, everything.revision());
    expect(member.name() + "'s keys", everything.kvs(), own.kvs());
    Map<String, String> found =
        own.kvs().stream()
            .collect(Collectors.toMap(kv -> text(kv.getKey()), kv -> text(kv.getValue())));
    acknowledged.forEach((key, value) -> expect(key, value, String.valueOf(found.get(key))));
    narrator.step(
        "check",
        "%s has all %d keys by itself, at revision %d",
        member.name(),
        own.kvs().size(),
        own.revision());
  }

  private void compareMembers() {
    Contents reference = client(0).contents(false);
    for (MemberSpec member : cluster.members()) {
      Contents own = clients.awaitContents(member, reference.revision());
      expect("what " + member.name() + " has", reference, own);
    }
    narrator.step("check", "all members hold the same");
  }

  private MemberSpec narrateLeader() {
    MemberSpec leader = clients.awaitLeader();
    long term = clients.to(leader).status().getRaftTerm();
    narrator.step("leader", "%s leads in term %d", leader.name(), term);
    return leader;
  }

  private void put(EtcdClient client, String key, String value) {
    client.put(key, value);
    acknowledged.put(key, value);
  }

  private EtcdClient client(int index) {
    return clients.to(member(index));
  }

  private MemberSpec member(int index) {
    return cluster.members().get(index);
  }

  private void expectEvent(Event event, String expected) {
    expect("the event", expected, print(event));
    narrator.step("event", "%s", expected);
  }

  private static String print(Event event) {
    KeyValue kv = event.getKv();
    String value = kv.getValue().isEmpty() ? "" : " " + text(kv.getValue());
    String previous = event.hasPrevKv() ? ", was " + text(event.getPrevKv().getValue()) : "";
    return event.getType() + " " + text(kv.getKey()) + value + previous;
  }

  private static String text(ByteString bytes) {
    return bytes.toStringUtf8();
  }

  private static void expect(String what, Object expected, Object actual) {
    if (!expected.equals(actual)) {
      throw new ExampleException(what + " should be " + expected + " but is " + actual);
    }
  }
}
