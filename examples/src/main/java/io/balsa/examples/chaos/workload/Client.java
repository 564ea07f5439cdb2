package io.balsa.examples.chaos.workload;

import io.balsa.examples.chaos.client.Failures;
import io.balsa.examples.chaos.client.KvWire;
import io.balsa.examples.chaos.client.MemberCalls;
import io.balsa.examples.chaos.history.Completion.Type;
import io.balsa.examples.chaos.history.Operation;
import io.balsa.examples.chaos.history.Recorder;
import io.balsa.examples.chaos.model.KvAnswer;
import io.balsa.examples.chaos.model.KvRequest;
import io.grpc.StatusRuntimeException;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** One client: makes one call at a time, to one member after the other, and records each. One thread. */
public final class Client {
  private final int number;
  private final int clients;
  private final Recorder recorder;
  private final SplittableRandom random;
  private final Supplier<List<MemberCalls>> members;

  /** Which of its lives this is: one whose call has an unknown outcome is another from then on. */
  private int life;

  private int turn;
  private long values;

  /**
   * @param members may change while it runs
   */
  public Client(
      int number,
      int clients,
      Recorder recorder,
      SplittableRandom random,
      Supplier<List<MemberCalls>> members) {
    this.number = number;
    this.clients = clients;
    this.recorder = recorder;
    this.random = random;
    this.members = members;
    this.turn = number;
  }

  public int number() {
    return number;
  }

  public SplittableRandom random() {
    return random;
  }

  /** The member that calls go to until one fails. */
  public MemberCalls member() {
    List<MemberCalls> all = members.get();
    return all.get(turn % all.size());
  }

  public void switchMember() {
    turn++;
  }

  /** A value that nobody else has put or will. */
  public String freshValue() {
    return number + "." + values++;
  }

  /** Makes the call and records it. Empty if it failed, with or without effect. */
  public Optional<KvAnswer> call(KvRequest request) {
    return record(
        KvNotation.f(request),
        KvNotation.value(request),
        request,
        request.isReadOnly(),
        member -> KvWire.call(member, request),
        answer -> KvNotation.value(request, answer));
  }

  /** A call of any kind. */
  @FunctionalInterface
  interface Call<A> {
    A to(MemberCalls member);
  }

  /** What the history shows of an answer. */
  @FunctionalInterface
  interface Shown<A> {
    @Nullable Object of(A answer);
  }

  /**
   * @param harmless whether a call that failed can't have had an effect, whatever the failure
   */
  <A> Optional<A> record(
      String f,
      @Nullable Object value,
      Object request,
      boolean harmless,
      Call<A> call,
      Shown<A> shown) {
    MemberCalls member = member();
    Operation operation = recorder.begin(number + clients * life, f, value, request);
    try {
      A answer = call.to(member);
      recorder.end(operation, Type.OK, shown.of(answer), answer, "");
      if (random.nextInt(20) == 0) {
        switchMember();
      }
      return Optional.of(answer);
    } catch (StatusRuntimeException failure) {
      boolean noEffect = harmless || Failures.hadNoEffect(failure);
      recorder.end(
          operation, noEffect ? Type.FAIL : Type.INFO, value, null, Failures.text(failure));
      if (!noEffect) {
        life++;
      }
      member.nudge();
      switchMember();
      return Optional.empty();
    }
  }
}
