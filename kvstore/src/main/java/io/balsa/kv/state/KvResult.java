package io.balsa.kv.state;

import com.google.protobuf.Message;
import io.balsa.kv.model.KvError;
import java.util.Objects;

/** What a committed command came to; the same on every member. Immutable; any thread. */
public sealed interface KvResult {

  /**
   * The command took effect.
   *
   * @param response the API's answer, such as a {@code PutResponse}. Its header holds the revision only: cluster, member
   *     and term are the answering server's to fill. Headers inside a transaction are complete.
   */
  record Ok(Message response) implements KvResult {
    public Ok {
      Objects.requireNonNull(response, "response");
    }

    @Override
    public <T> T accept(Visitor<T> visitor) {
      return visitor.onOk(this);
    }
  }

  /** The command had no effect at all. */
  record Failed(KvError error) implements KvResult {
    public Failed {
      Objects.requireNonNull(error, "error");
    }

    @Override
    public <T> T accept(Visitor<T> visitor) {
      return visitor.onFailed(this);
    }
  }

  <T> T accept(Visitor<T> visitor);

  /** One method per outcome. */
  interface Visitor<T> {
    T onOk(Ok ok);

    T onFailed(Failed failed);
  }
}
