package io.balsa.raft.driver;

import io.balsa.raft.model.GroupId;
import io.balsa.raft.protocol.Input;
import io.balsa.raft.spi.StateMachine;
import java.util.function.Consumer;

/**
 * What the parts of one group share.
 *
 * @param inbox feeds the group's core, through the host's loop; any thread
 */
record GroupParts<R>(
    GroupId group,
    StateMachine<R> stateMachine,
    HostParts host,
    LogView log,
    ProposalTable<R> proposals,
    MembershipChanges changes,
    ReadTable reads,
    GroupSnapshots snapshots,
    GroupPool pool,
    Consumer<Input> inbox) {}
