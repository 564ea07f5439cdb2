package io.balsa.examples.counter;

import io.balsa.examples.process.ExampleException;
import io.balsa.examples.process.Installation;
import io.balsa.examples.readme.EmbeddingExample;
import io.balsa.examples.readme.EmbeddingExample.Counter;
import io.balsa.raft.NodeStatus;
import io.balsa.raft.Outcome;
import io.balsa.raft.RaftNode;
import io.balsa.raft.model.NodeId;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/** One of three nodes, in the foreground: numbers that are typed are added. Ends with Ctrl-C. */
final class CounterNode {
  private static final Map<NodeId, InetSocketAddress> ADDRESSES =
      new TreeMap<>(
          Map.of(
              NodeId.of("n1"), new InetSocketAddress("127.0.0.1", 7001),
              NodeId.of("n2"), new InetSocketAddress("127.0.0.1", 7002),
              NodeId.of("n3"), new InetSocketAddress("127.0.0.1", 7003)));

  private final PrintStream out;

  CounterNode(PrintStream out) {
    this.out = out;
  }

  void run(String name) {
    if (ADDRESSES.keySet().stream().noneMatch(id -> id.value().equals(name))) {
      throw new ExampleException("there is no node " + name + ", only " + ADDRESSES.keySet());
    }
    NodeId self = NodeId.of(name);
    Path data = Installation.rootDir().resolve(".balsa/counter").resolve(name);
    Counter counter = new Counter();
    RaftNode<Long> node = EmbeddingExample.start(counter, self, ADDRESSES, data);
    Runtime.getRuntime().addShutdownHook(new Thread(node::close, "close-node"));
    node.addListener(this::tell);
    out.println("type a number to add it, or Ctrl-C to stop; data is in " + data);
    addTyped(node);
    // Nothing more to read: serves the others until somebody stops us, or the node stops itself.
    node.stopped().join();
  }

  private void addTyped(RaftNode<Long> node) {
    var input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    try {
      for (String line = input.readLine(); line != null; line = input.readLine()) {
        add(node, line.strip());
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void add(RaftNode<Long> node, String typed) {
    if (!typed.matches("-?\\d{1,9}")) {
      out.println("a number, please");
      return;
    }
    Outcome<Long> outcome = EmbeddingExample.add(node, Long.parseLong(typed));
    if (outcome instanceof Outcome.Committed<Long> committed) {
      out.println(committed.result() + ", entry " + committed.id());
    } else if (outcome instanceof Outcome.Rejected<Long> rejected) {
      out.println("not added: " + rejected.reason().explanation());
    } else {
      out.println("unknown: it may still be added; read before you add it again");
    }
  }

  private void tell(NodeStatus status) {
    String leader = status.leader().map(id -> id + " leads").orElse("nobody leads");
    out.println("term " + status.term() + ": " + leader);
  }
}
