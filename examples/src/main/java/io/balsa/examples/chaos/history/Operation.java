package io.balsa.examples.chaos.history;

import io.balsa.raft.testkit.checker.HistoryFile;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** One operation of one client. Thread-safe; it is completed once, or never. */
public final class Operation {
  private final int process;
  private final String f;
  private final @Nullable Object value;
  private final Object request;
  private final long order;
  private final long nanos;
  private volatile @Nullable Completion completion;

  Operation(int process, String f, @Nullable Object value, Object request, long order, long nanos) {
    this.process = process;
    this.f = f;
    this.value = value;
    this.request = request;
    this.order = order;
    this.nanos = nanos;
  }

  /** The client; one whose operation ended as INFO is another one from then on. */
  public int process() {
    return process;
  }

  public String f() {
    return f;
  }

  /** As the history shows it. */
  public @Nullable Object value() {
    return value;
  }

  /** What the oracles look at. */
  public Object request() {
    return request;
  }

  /** Its beginning's place among all beginnings and ends. */
  public long order() {
    return order;
  }

  /** When it began, on the clock of the run. */
  public long nanos() {
    return nanos;
  }

  public Optional<Completion> completion() {
    return Optional.ofNullable(completion);
  }

  public boolean is(Completion.Type type) {
    Completion end = completion;
    return end == null ? type == Completion.Type.INFO : end.type() == type;
  }

  void complete(Completion end) {
    completion = end;
  }

  /** Its lines in the history's file. */
  @Override
  public String toString() {
    String asked = HistoryFile.EDN.line(HistoryFiles.invocation(this));
    return completion()
        .map(end -> asked + " => " + HistoryFile.EDN.line(HistoryFiles.completion(this, end)))
        .orElse(asked);
  }
}
