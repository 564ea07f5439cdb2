package io.balsa.kv.request;

import io.balsa.kv.command.KvCommandOrBuilder;
import io.balsa.kv.model.KvError;
import java.util.Optional;

/** Decides whether a command may be proposed at all. Thread-safe; asked before every proposal, so it must be quick. */
@FunctionalInterface
public interface Admission {

  /** Why the command must not enter the log; nothing if it may. */
  Optional<KvError> refusal(KvCommandOrBuilder command);
}
