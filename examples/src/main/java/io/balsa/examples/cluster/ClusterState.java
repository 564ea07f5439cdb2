package io.balsa.examples.cluster;

import io.balsa.examples.process.ClusterSpec;
import io.balsa.examples.process.ExampleException;
import io.balsa.examples.process.MemberSpec;
import io.balsa.examples.process.ProcessRef;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * A cluster and the processes that were started for it. Immutable; the processes may have ended since.
 *
 * @param processes by the member's name
 */
record ClusterState(ClusterSpec spec, Map<String, ProcessRef> processes) {
  ClusterState {
    processes = Map.copyOf(processes);
  }

  ClusterState with(MemberSpec member, ProcessRef process) {
    Map<String, ProcessRef> changed = new TreeMap<>(processes);
    changed.put(member.name(), process);
    return new ClusterState(spec, changed);
  }

  ClusterState without(MemberSpec member) {
    Map<String, ProcessRef> others = new TreeMap<>(processes);
    others.remove(member.name());
    return new ClusterState(spec.without(member), others);
  }

  Optional<ProcessRef> process(MemberSpec member) {
    return Optional.ofNullable(processes.get(member.name()));
  }

  /**
   * The process that was last started for the member, running or not.
   *
   * @throws ExampleException if there was none
   */
  ProcessRef lastProcess(MemberSpec member) {
    return process(member)
        .orElseThrow(() -> new ExampleException(member.name() + " was never started"));
  }

  boolean isRunning(MemberSpec member) {
    return process(member).filter(ProcessRef::isAlive).isPresent();
  }

  boolean isAnyRunning() {
    return spec.members().stream().anyMatch(this::isRunning);
  }

  /**
   * @throws ExampleException if there is none of that name
   */
  MemberSpec member(String name) {
    return spec.member(name)
        .orElseThrow(
            () ->
                new ExampleException(
                    "there is no member " + name + ", only " + String.join(", ", names())));
  }

  private List<String> names() {
    return spec.members().stream().map(MemberSpec::name).toList();
  }
}
