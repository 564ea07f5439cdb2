package io.balsa.kv.watch;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.balsa.kv.proto.ResponseHeader;
import io.balsa.kv.proto.WatchCancelRequest;
import io.balsa.kv.proto.WatchCreateRequest;
import io.balsa.kv.proto.WatchCreateRequest.FilterType;
import io.balsa.kv.proto.WatchProgressRequest;
import io.balsa.kv.proto.WatchRequest;
import io.balsa.kv.proto.WatchResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Random lives of watchers: writers, compactions, restored snapshots, watchers that come, go, stall
 * and resume. Small bounds make everything overflow often. Every stream is judged against the full
 * history at the end.
 */
class WatchHubRandomTest {
  private static final Logger LOG = LoggerFactory.getLogger(WatchHubRandomTest.class);
  private static final int RUNS = 150;
  private static final int STEPS = 600;

  private static final WatchConfig SMALL =
      new WatchConfig(7, 2000, 600, 3000, 20_000, Duration.ofNanos(50), Duration.ofSeconds(3));

  @Test
  void everyWatcherIsSentExactlyItsPartOfTheHistory() {
    manyLives(FakeWorld::new);
  }

  @Test
  void everyWatcherOfTheRealStateIsSentExactlyItsPartOfTheHistory() {
    manyLives(StateWorld::new);
  }

  private static void manyLives(Supplier<World> worlds) {
    long events = 0;
    long overtaken = 0;
    long bookmarks = 0;
    for (long seed = 0; seed < RUNS; seed++) {
      try (World world = worlds.get()) {
        Run run = new Run(seed, world);
        run.live();
        run.judge();
        events += run.events;
        overtaken += run.overtaken;
        bookmarks += run.bookmarks;
      }
    }
    LOG.info("{} events, {} watchers overtaken, {} bookmarks", events, overtaken, bookmarks);
    // A run in which nothing happens proves nothing.
    assertThat(events).isGreaterThan(50_000);
    assertThat(overtaken).isGreaterThan(50);
    assertThat(bookmarks).isGreaterThan(500);
  }

  /** A client with one stream. */
  private static final class Client {
    final RecordingSink sink = new RecordingSink();
    final WatchStream stream;
    final List<WatchCreateRequest> creates = new ArrayList<>();

    Client(WatchHub hub) {
      stream = hub.newStream(sink, false);
      stream.open();
    }
  }

  private static final class Run {
    final String name;
    final Random random;
    final World world;
    final List<Client> clients = new ArrayList<>();
    final WatchHub hub;
    long now;
    long events;
    long overtaken;
    long bookmarks;

    Run(long seed, World world) {
      this.world = world;
      name = "seed " + seed;
      random = new Random(seed);
      hub =
          new WatchHub(
              world.source(),
              SMALL,
              revision -> ResponseHeader.newBuilder().setRevision(revision).build(),
              () -> true,
              () -> now);
      for (int i = 0; i < 4; i++) {
        clients.add(new Client(hub));
      }
    }

    void live() {
      for (int step = 0; step < STEPS; step++) {
        act(random.nextInt(100));
        if (random.nextInt(3) > 0) {
          hubStep();
        }
      }
      for (Client client : clients) {
        client.sink.take(Long.MAX_VALUE);
        client.stream.onReady();
      }
      feed();
      while (hubStep()) {
        now++;
      }
    }

    private void act(int choice) {
      Client client = clients.get(random.nextInt(clients.size()));
      if (choice < 50) {
        world.write(changes());
        if (random.nextInt(3) == 0) {
          feed();
        }
      } else if (choice < 55) {
        client.creates.add(createRequest());
        WatchCreateRequest created = client.creates.get(client.creates.size() - 1);
        client.stream.onRequest(WatchRequest.newBuilder().setCreateRequest(created).build());
      } else if (choice < 58) {
        cancelSome(client);
      } else if (choice < 64) {
        client.stream.onRequest(
            WatchRequest.newBuilder()
                .setProgressRequest(WatchProgressRequest.getDefaultInstance())
                .build());
      } else if (choice < 75) {
        client.sink.take(random.nextInt(4));
        client.stream.onReady();
      } else if (choice < 83) {
        client.sink.take(Long.MAX_VALUE);
        client.stream.onReady();
      } else if (choice < 84) {
        world.compact(Math.max(1, current() - random.nextInt(40)));
      } else if (choice < 86) {
        restore();
      } else {
        now += random.nextInt(40);
      }
    }

    private void feed() {
      world.feed(hub);
    }

    /** A snapshot brings revisions that the hub never hears of one by one. */
    private void restore() {
      List<Map<String, Optional<String>>> writes = new ArrayList<>();
      for (int i = random.nextInt(20); i > 0; i--) {
        writes.add(changes());
      }
      world.restore(writes, hub);
    }

    private Map<String, Optional<String>> changes() {
      Map<String, Optional<String>> changes = new LinkedHashMap<>();
      for (int i = random.nextInt(10) == 0 ? 8 : 1 + random.nextInt(2); i > 0; i--) {
        // Some are so large that the state announces no more than that they were replaced.
        String value = "v".repeat(random.nextInt(random.nextInt(4) == 0 ? 600 : 200));
        changes.put(key(), random.nextInt(4) == 0 ? Optional.empty() : Optional.of(value));
      }
      return changes;
    }

    private long current() {
      return world.source().currentRevision();
    }

    private String key() {
      return "k" + (char) ('a' + random.nextInt(8));
    }

    private WatchCreateRequest createRequest() {
      WatchCreateRequest.Builder request =
          WatchCreateRequest.newBuilder()
              .setKey(ByteString.copyFromUtf8(key()))
              .setPrevKv(random.nextBoolean())
              .setFragment(random.nextInt(3) == 0)
              .setProgressNotify(random.nextBoolean());
      switch (random.nextInt(3)) {
        case 0 -> request.setRangeEnd(ByteString.copyFromUtf8("kz"));
        case 1 -> request.setRangeEnd(ByteString.copyFrom(new byte[1]));
        default -> request.clearRangeEnd();
      }
      if (random.nextInt(6) == 0) {
        request.addFilters(FilterType.forNumber(random.nextInt(2)));
      }
      if (random.nextInt(3) > 0) {
        request.setStartRevision(1 + random.nextInt((int) current() + 5));
      }
      return request.build();
    }

    private void cancelSome(Client client) {
      if (!client.creates.isEmpty()) {
        long id = random.nextInt(client.creates.size());
        client.stream.onRequest(
            WatchRequest.newBuilder()
                .setCancelRequest(WatchCancelRequest.newBuilder().setWatchId(id))
                .build());
      }
    }

    private boolean hubStep() {
      try {
        return hub.step(0);
      } catch (InterruptedException e) {
        throw new AssertionError("nobody interrupts a test", e);
      }
    }

    void judge() {
      for (int i = 0; i < clients.size(); i++) {
        judge(clients.get(i), name + " client " + i);
      }
    }

    private void judge(Client client, String clientName) {
      Map<Long, WatchJudge> judges = new HashMap<>();
      for (WatchResponse response : client.sink.responses) {
        long id = response.getWatchId();
        if (id == -1) {
          bookmarks++;
          judges.values().stream()
              .filter(judge -> !judge.canceled())
              .forEach(judge -> judge.reached(response.getHeader().getRevision()));
        } else if (response.getCreated()) {
          WatchCreateRequest request = client.creates.get((int) id);
          String watchName = clientName + " watch " + id + " of " + request;
          judges.put(id, new WatchJudge(watchName, request, response, world));
        } else {
          bookmarks += response.getEventsCount() == 0 && !response.getCanceled() ? 1 : 0;
          Objects.requireNonNull(judges.get(id), clientName).heard(response);
        }
      }
      assertThat(judges)
          .as("%s: every watch was created", clientName)
          .hasSize(client.creates.size());
      judges.values().forEach(WatchJudge::complete);
      events += judges.values().stream().mapToInt(WatchJudge::delivered).sum();
      overtaken += judges.values().stream().filter(WatchJudge::overtaken).count();
    }
  }
}
