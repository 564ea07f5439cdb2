package io.balsa.kv.server;

import io.balsa.kv.request.Replica;
import io.balsa.kv.state.EventSource;
import io.balsa.kv.state.KvStateConfig;
import io.balsa.kv.state.KvStateMachine;
import io.balsa.raft.spi.LogStore;
import java.nio.file.Path;
import java.time.Duration;

/**
 * What a member is put together from. Tests put a broken part in a sound one's place, to see whether the harness sees it.
 * Called once each, by the thread that starts the member.
 */
interface MemberParts {
  /** The parts as they are. */
  MemberParts SOUND = new MemberParts() {};

  /**
   * @throws io.balsa.raft.model.StorageException as {@link MemberLog#at}
   */
  default LogStore log(Path dir) {
    return MemberLog.at(dir);
  }

  /**
   * @throws io.balsa.raft.model.StorageException as {@link KvStateMachine#open}
   */
  default KvStateMachine state(Path dir, KvStateConfig config) {
    return KvStateMachine.open(dir, config);
  }

  /** What watches are served from. */
  default EventSource events(KvStateMachine state) {
    return state.events();
  }

  /** How long it rests between two comparisons of its state with the others'. */
  default Duration stateWatchPause() {
    return StateWatch.PAUSE;
  }

  /** What requests go through. */
  default Replica replica(Replica node) {
    return node;
  }
}
