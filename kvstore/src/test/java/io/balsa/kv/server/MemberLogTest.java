package io.balsa.kv.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.balsa.raft.file.log.FileLogStore;
import io.balsa.raft.model.GroupId;
import io.balsa.raft.spi.LogStore;
import io.balsa.raft.storage.rocksdb.RocksLogStore;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class MemberLogTest {
  @TempDir Path dir;

  @Test
  void aNewLogIsOneOfFilesAndStaysOne() {
    for (int start = 1; start <= 2; start++) {
      try (LogStore log = MemberLog.at(dir)) {
        assertThat(log).isInstanceOf(FileLogStore.class);
        assertThat(log.open(GroupId.ONLY).incarnation()).isEqualTo(start);
      }
    }
  }

  @Test
  void aLogOnRocksDbStaysOne() {
    try (LogStore log = RocksLogStore.at(dir)) {
      log.open(GroupId.ONLY);
    }
    try (LogStore log = MemberLog.at(dir)) {
      assertThat(log).isInstanceOf(RocksLogStore.class);
      assertThat(log.open(GroupId.ONLY).incarnation()).isEqualTo(2);
    }
  }
}
