package io.balsa.examples.chaos.link;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** All links of a cluster: for each ordered pair of members a wire, and the proxies that use it. Thread-safe. */
public final class Links implements AutoCloseable {

  /** A direction. */
  public record Direction(String from, String to) {}

  private final Map<Direction, Wire> wires = new LinkedHashMap<>();
  private final Map<Direction, List<LinkProxy>> proxies = new LinkedHashMap<>();

  /**
   * Has {@code from} find a port of {@code to} at an address of this link alone.
   *
   * @throws UncheckedIOException if the address can't be listened on
   */
  public synchronized void open(
      String from, String to, InetSocketAddress listen, InetSocketAddress target) {
    try {
      LinkProxy proxy = new LinkProxy(listen, target, wire(from, to), wire(to, from));
      proxies.computeIfAbsent(new Direction(from, to), link -> new ArrayList<>()).add(proxy);
    } catch (IOException e) {
      throw new UncheckedIOException(
          "can't listen on " + listen + " for the link " + from + " to " + to, e);
    }
  }

  public void set(String from, String to, Weather weather) {
    wire(from, to).set(weather);
  }

  public void setBoth(String one, String other, Weather weather) {
    set(one, other, weather);
    set(other, one, weather);
  }

  /** No byte passes between the two sides. */
  public void separate(Collection<String> side, Collection<String> otherSide) {
    for (String one : side) {
      for (String other : otherSide) {
        setBoth(one, other, Weather.CUT);
      }
    }
  }

  /** Fair weather everywhere. What waited on a wire arrives now. */
  public synchronized void heal() {
    wires.values().forEach(wire -> wire.set(Weather.FAIR));
  }

  /** Breaks all connections of links that aren't fair; then fair weather everywhere. What waited on a wire is lost. */
  public synchronized void healWithResets() {
    proxies.forEach(
        (link, carrying) -> {
          if (!wire(link.from(), link.to()).isFair() || !wire(link.to(), link.from()).isFair()) {
            carrying.forEach(LinkProxy::resetAll);
          }
        });
    heal();
  }

  @Override
  public synchronized void close() {
    heal();
    for (List<LinkProxy> carrying : proxies.values()) {
      for (LinkProxy proxy : carrying) {
        try {
          proxy.close();
        } catch (IOException e) {
          throw new UncheckedIOException("a link can't be closed", e);
        }
      }
    }
    proxies.clear();
  }

  private synchronized Wire wire(String from, String to) {
    return wires.computeIfAbsent(new Direction(from, to), way -> new Wire());
  }
}
