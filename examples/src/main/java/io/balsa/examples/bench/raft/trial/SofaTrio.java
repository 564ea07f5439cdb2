package io.balsa.examples.bench.raft.trial;

import com.alipay.sofa.jraft.Closure;
import com.alipay.sofa.jraft.Iterator;
import com.alipay.sofa.jraft.Node;
import com.alipay.sofa.jraft.RaftGroupService;
import com.alipay.sofa.jraft.Status;
import com.alipay.sofa.jraft.conf.Configuration;
import com.alipay.sofa.jraft.core.StateMachineAdapter;
import com.alipay.sofa.jraft.entity.PeerId;
import com.alipay.sofa.jraft.entity.Task;
import com.alipay.sofa.jraft.option.NodeOptions;
import com.alipay.sofa.jraft.option.RaftOptions;
import com.alipay.sofa.jraft.storage.impl.RocksDBLogStorage;
import com.alipay.sofa.jraft.util.StorageOptionsFactory;
import io.balsa.examples.process.Await;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.rocksdb.DBOptions;
import org.rocksdb.Statistics;
import org.rocksdb.StatsLevel;
import org.rocksdb.TickerType;

/**
 * SOFAJRaft with its defaults: RocksDB with a synced write per batch, Bolt as its transport. Its statistics, which are on by
 * default, are replaced by ours of the same kind, because only these can be asked how often the write-ahead log was flushed.
 */
final class SofaTrio implements Trio {
  private static final int ELECTION_TIMEOUT_MILLIS = 1_000;
  private static final Duration LEADER_DEADLINE = Duration.ofSeconds(60);

  private final List<RaftGroupService> services = new ArrayList<>();
  private final Statistics statistics = new Statistics();
  private volatile @Nullable Node leader;

  SofaTrio(Path dir, List<Integer> ports) throws Exception {
    statistics.setStatsLevel(StatsLevel.EXCEPT_DETAILED_TIMERS);
    DBOptions options = StorageOptionsFactory.getDefaultRocksDBOptions();
    StorageOptionsFactory.registerRocksDBOptions(
        RocksDBLogStorage.class, options.setStatistics(statistics));
    List<PeerId> peers = ports.stream().map(port -> new PeerId("127.0.0.1", port)).toList();
    for (int i = 0; i < peers.size(); i++) {
      Path data = Files.createDirectories(dir.resolve("n" + i));
      NodeOptions node = new NodeOptions();
      node.setElectionTimeoutMs(ELECTION_TIMEOUT_MILLIS);
      node.setInitialConf(new Configuration(peers));
      node.setFsm(new Nothing());
      node.setLogUri(data.resolve("log").toString());
      node.setRaftMetaUri(data.resolve("meta").toString());
      RaftOptions raft = new RaftOptions();
      raft.setOpenStatistics(false);
      node.setRaftOptions(raft);
      RaftGroupService service = new RaftGroupService("bench", peers.get(i), node);
      service.start();
      services.add(service);
    }
  }

  @Override
  public void findLeader() {
    Await.until("there is a leader", LEADER_DEADLINE, this::lookForLeader);
  }

  private boolean lookForLeader() {
    for (RaftGroupService service : services) {
      if (service.getRaftNode().isLeader()) {
        leader = service.getRaftNode();
        return true;
      }
    }
    return false;
  }

  @Override
  public void propose(byte[] command, BiConsumer<@Nullable Object, @Nullable Throwable> done) {
    Closure closure =
        status ->
            done.accept(
                status, status.isOk() ? null : new IllegalStateException(status.toString()));
    Objects.requireNonNull(leader, "no leader was looked for")
        .apply(new Task(ByteBuffer.wrap(command), closure));
  }

  @Override
  public long nativeFlushes() {
    return statistics.getTickerCount(TickerType.WAL_FILE_SYNCED);
  }

  @Override
  public void close() throws Exception {
    services.forEach(RaftGroupService::shutdown);
    for (RaftGroupService service : services) {
      service.join();
    }
  }

  /** The state machine. */
  private static final class Nothing extends StateMachineAdapter {
    @Override
    public void onApply(Iterator entries) {
      while (entries.hasNext()) {
        Closure done = entries.done();
        if (done != null) {
          done.run(Status.OK());
        }
        entries.next();
      }
    }
  }
}
