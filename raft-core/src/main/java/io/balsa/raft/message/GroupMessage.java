package io.balsa.raft.message;

import io.balsa.raft.model.GroupId;

/** A message and the group it belongs to. */
public record GroupMessage(GroupId group, Message message) {}
