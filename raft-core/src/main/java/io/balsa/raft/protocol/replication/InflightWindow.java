package io.balsa.raft.protocol.replication;

/**
 * How much may be on its way to one follower before the leader waits, whichever is reached first.
 *
 * @param bytesMax about so many; the append that reaches it still goes
 */
public record InflightWindow(int appendsMax, long bytesMax) {}
