package io.balsa.raft.transport.netty;

/**
 * What happened between this host and one peer since the peer was added. Immutable.
 *
 * @param bytesSent handed to the operating system, with frame headers
 * @param messagesDropped what was not sent: no connection, too much waiting, too large, or a write that failed
 * @param connectionsOpened times that the peer accepted a connection of ours
 * @param connectionsAccepted times that we accepted one of the peer's
 */
public record PeerStats(
    long messagesSent,
    long bytesSent,
    long messagesReceived,
    long bytesReceived,
    long messagesDropped,
    long connectionsOpened,
    long connectionsAccepted) {}
