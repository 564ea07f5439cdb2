package io.balsa.raft.transport.netty;

/** What all connections of a transport share. Immutable holder of thread-safe things. */
record ConnectionSettings(
    NettyTransportConfig config,
    Handshake handshake,
    Sockets sockets,
    AddressLookup addresses,
    Deliveries deliveries,
    Reception reception) {

  static ConnectionSettings of(NettyTransportConfig config, Sockets sockets, Reception reception) {
    return new ConnectionSettings(
        config,
        new Handshake(config.self(), config.clusterId()),
        sockets,
        new AddressLookup("balsa-lookup-" + config.self()),
        new Deliveries(),
        reception);
  }
}
