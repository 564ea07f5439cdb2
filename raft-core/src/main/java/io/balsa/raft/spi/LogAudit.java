package io.balsa.raft.spi;

import io.balsa.raft.model.Entry;
import io.balsa.raft.model.GroupId;
import io.balsa.raft.model.RestoredState;
import io.balsa.raft.model.StorageException;
import java.util.List;
import java.util.SortedMap;

/**
 * A log that no node uses, looked at by an operator's tool. Nothing is written to it, and what is damaged is told instead of
 * thrown, as far as there is something left to tell. One thread. Holds the log's lock until it is closed.
 */
public interface LogAudit extends AutoCloseable {

  /** What was found when the log was opened, in the order in which it was found; empty for a log in order. */
  List<Finding> findings();

  /**
   * What could be recovered of each group; the incarnation is that of its last start, 0 if that can't be read. Where the log
   * is damaged, this is what lies before the damage; a group of which nothing makes sense without what is missing isn't there.
   */
  SortedMap<GroupId, RestoredState> groups();

  /**
   * Entries of a group, as {@link LogStore#read} gives them.
   *
   * @throws StorageException if the first of them is missing or damaged; the message names it
   */
  List<Entry> read(GroupId group, long fromIndex, long toIndex, long bytesMax);

  @Override
  void close();

  /**
   * One thing about the log.
   *
   * @param damage whether something that was durable is wrong; otherwise it is what a crash leaves, and the next start deals
   *     with it
   * @param what with the file and the offset, or the group and the index
   */
  record Finding(boolean damage, String what) {}
}
