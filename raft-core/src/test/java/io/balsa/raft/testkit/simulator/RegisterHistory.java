package io.balsa.raft.testkit.simulator;

import io.balsa.raft.model.Bytes;
import io.balsa.raft.testkit.checker.Event;
import io.balsa.raft.testkit.checker.Model;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What clients of a {@link RegisterMap} did and were told, as a history for the checker, which knows nothing of logs: each register is
 * a key. Every operation is a process of its own. What a write found there before isn't part of it.
 */
public final class RegisterHistory implements ClientWitness {
  /** What such a history is judged by. */
  public static final Model MODEL = Model.of(Model.Kind.REGISTER).beginningWith(0L).judgedPerKey();

  /** The same, for {@code check-history}. */
  public static final String ARGUMENTS = "--model register --initial 0 --independent";

  private static final String WRITE = "write";
  private static final String READ = "read";

  private final List<Event> events = new ArrayList<>();

  /** What is asked for and has no end yet: the invocation, by number. */
  private final Map<Long, Event> open = new HashMap<>();

  /** So far, in real-time order. */
  public List<Event> events() {
    return List.copyOf(events);
  }

  @Override
  public void proposed(long number, Bytes command) {
    invoke(
        Event.invoke(
            number, WRITE, pair(RegisterMap.register(command), RegisterMap.value(command))));
  }

  @Override
  public void committed(long number, Object result) {
    events.add(Event.ok(number, WRITE, end(number).value()));
  }

  @Override
  public void rejected(long number) {
    events.add(Event.fail(number, WRITE, end(number).value()));
  }

  @Override
  public void asked(long number) {
    invoke(Event.invoke(number, READ, pair(RegisterMap.registerOfRead(number), null)));
  }

  @Override
  public void saw(long number, Object value) {
    end(number);
    events.add(Event.ok(number, READ, pair(RegisterMap.registerOfRead(number), value)));
  }

  @Override
  public void unanswered(long number) {
    Event asked = end(number);
    events.add(Event.info(number, asked.f(), asked.value()));
  }

  private void invoke(Event event) {
    open.put(event.process(), event);
    events.add(event);
  }

  private Event end(long number) {
    return Objects.requireNonNull(open.remove(number), "ended twice, or never asked for");
  }

  private static List<Object> pair(long register, @Nullable Object value) {
    List<Object> pair = new ArrayList<>();
    pair.add(register);
    pair.add(value);
    return pair;
  }
}
