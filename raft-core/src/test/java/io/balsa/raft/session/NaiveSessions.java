package io.balsa.raft.session;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The rules of sessions once more, slowly: keeps everything that ever was, and looks all of it through each time. */
final class NaiveSessions {
  private static final class Session {
    final long id;
    long heardTime;
    long heardOrder;
    long acknowledged;
    final Map<Long, String> results = new HashMap<>();
    final Set<Long> forgotten = new HashSet<>();

    Session(long id) {
      this.id = id;
    }
  }

  private final List<Session> open = new ArrayList<>();
  private final List<String> journal = new ArrayList<>();
  private SessionLimits limits = SessionLimits.DEFAULT;
  private long time;
  private long order;

  List<String> journal() {
    return journal;
  }

  SessionResult<String> apply(long index, SessionCommand command) {
    order++;
    if (command instanceof SessionCommand.Open opened) {
      limits = opened.limits();
      Session session = new Session(index);
      open.add(session);
      hear(session, 0);
      evict();
      return new SessionResult.SessionHeard<>(time, index);
    } else if (command instanceof SessionCommand.WithoutSession without) {
      return new SessionResult.Applied<>(time, write(without.command().toUtf8()));
    } else if (command instanceof SessionCommand.Numbered numbered) {
      Session session = hear(numbered.header());
      return session == null
          ? new SessionResult.Expired<>(time)
          : numbered(session, numbered.number(), numbered.command().toUtf8());
    } else if (command instanceof SessionCommand.KeepAlive keepAlive) {
      Session session = hear(keepAlive.header());
      return session == null
          ? new SessionResult.Expired<>(time)
          : new SessionResult.SessionHeard<>(time, session.id);
    } else {
      Session session = hear(((SessionCommand.Close) command).header());
      open.remove(session);
      return session == null
          ? new SessionResult.Expired<>(time)
          : new SessionResult.SessionHeard<>(time, session.id);
    }
  }

  private SessionResult<String> numbered(Session session, long number, String text) {
    if (number <= session.acknowledged) {
      return new SessionResult.AlreadyAcknowledged<>(time);
    }
    if (session.forgotten.contains(number)) {
      return new SessionResult.ResultForgotten<>(time);
    }
    if (session.results.containsKey(number)) {
      return new SessionResult.Applied<>(time, session.results.get(number));
    }
    if (number > session.acknowledged + limits.commandsMax()) {
      return new SessionResult.TooManyAtOnce<>(time);
    }
    String result = write(text);
    session.results.put(number, result);
    while (keptBytes(session) > limits.resultBytesMax()) {
      session.forgotten.add(kept(session).get(0));
    }
    return new SessionResult.Applied<>(time, result);
  }

  private static List<Long> kept(Session session) {
    return session.results.keySet().stream()
        .filter(n -> n > session.acknowledged && !session.forgotten.contains(n))
        .sorted()
        .toList();
  }

  private static int keptBytes(Session session) {
    return kept(session).stream().mapToInt(n -> session.results.getOrDefault(n, "").length()).sum();
  }

  private String write(String text) {
    journal.add(text);
    return journal.size() + ":" + text;
  }

  private @Nullable Session hear(SessionCommand.Header header) {
    boolean credible = header.stamp() <= time + limits.ttlNanos() / 4;
    time = credible ? Math.max(time, header.stamp()) : time;
    Session session = open.stream().filter(s -> s.id == header.session()).findFirst().orElse(null);
    if (session != null) {
      hear(session, header.acknowledged());
    }
    evict();
    return session;
  }

  private void hear(Session session, long acknowledged) {
    session.heardTime = time;
    session.heardOrder = order;
    session.acknowledged = Math.max(session.acknowledged, acknowledged);
  }

  private void evict() {
    open.removeIf(session -> session.heardTime + limits.ttlNanos() < time);
    while (open.size() > limits.sessionsMax()) {
      open.remove(open.stream().min(Comparator.comparingLong(s -> s.heardOrder)).orElseThrow());
    }
  }
}
