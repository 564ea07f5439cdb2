package io.balsa.examples.chaos.model;

import java.util.List;

/**
 * What a call was answered. Immutable.
 *
 * @param succeeded whether the conditions held; true without any
 * @param revision of the answer's header
 * @param results of the steps of the branch that was taken
 */
public record KvAnswer(boolean succeeded, long revision, List<KvResult> results) {
  public KvAnswer {
    results = List.copyOf(results);
  }
}
