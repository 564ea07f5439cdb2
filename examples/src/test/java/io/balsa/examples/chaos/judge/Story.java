package io.balsa.examples.chaos.judge;

import io.balsa.examples.chaos.history.Completion.Type;
import io.balsa.examples.chaos.history.Operation;
import io.balsa.examples.chaos.history.Recorder;
import io.balsa.examples.chaos.model.KvAnswer;
import io.balsa.examples.chaos.model.KvEvent;
import io.balsa.examples.chaos.model.KvRequest;
import io.balsa.examples.chaos.model.KvResult;
import io.balsa.examples.chaos.model.Version;
import io.balsa.examples.chaos.watch.Chronicle;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;

/** A history and a chronicle, told step by step: what clients did, and what happened in the store. */
final class Story {
  private final Recorder recorder = new Recorder();
  private final NavigableMap<Long, List<KvEvent>> revisions = new TreeMap<>();
  private final NavigableMap<Long, Long> seen = new TreeMap<>();
  private int process;

  Operation begin(KvRequest request) {
    return recorder.begin(process++, "call", request.toString(), request);
  }

  Operation begin(Object request) {
    return recorder.begin(process++, "call", request.toString(), request);
  }

  void end(Operation operation, Object answer) {
    recorder.end(operation, Type.OK, null, answer, "");
  }

  void end(Operation operation, Type type) {
    recorder.end(operation, type, null, null, "no answer");
  }

  /** A put that is acknowledged and happens. */
  void put(String key, String value, long revision) {
    Operation put = begin(KvRequest.put(key, value));
    end(put, done(revision));
    happened(revision, put(key, value, revision, revision, 1, Optional.empty()));
  }

  /** A read that is answered. */
  void read(String key, long revision, Optional<Version> found) {
    end(begin(KvRequest.get(key)), got(revision, found));
  }

  static KvAnswer done(long revision) {
    return new KvAnswer(true, revision, List.of(new KvResult.Done()));
  }

  static KvAnswer got(long revision, Optional<Version> found) {
    return new KvAnswer(true, revision, List.of(new KvResult.Got(found)));
  }

  static Version version(String value, long create, long mod, long version) {
    return new Version(value, create, mod, version, 0);
  }

  static KvEvent put(
      String key, String value, long create, long mod, long version, Optional<Version> previous) {
    return new KvEvent(mod, key, Optional.of(version(value, create, mod, version)), previous);
  }

  static KvEvent delete(String key, long revision, Version previous) {
    return new KvEvent(revision, key, Optional.empty(), Optional.of(previous));
  }

  void happened(long revision, KvEvent... events) {
    for (KvEvent event : events) {
      revisions.computeIfAbsent(revision, r -> new ArrayList<>()).add(event);
    }
    seen.put(revision, recorder.nanos());
  }

  List<Operation> operations() {
    return recorder.operations();
  }

  Chronicle chronicle() {
    return new Chronicle(revisions, seen, List.of());
  }

  Verdict kv() {
    return KvJudge.judge(operations(), chronicle());
  }
}
