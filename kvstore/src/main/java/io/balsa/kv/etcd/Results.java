package io.balsa.kv.etcd;

import io.balsa.kv.state.KvResult;

/** Takes the answer out of what a command came to. Stateless; any thread. */
public final class Results {

  private Results() {}

  /**
   * @throws io.balsa.kv.model.KvException if the command had no effect
   */
  public static <T> T of(KvResult result, Class<T> responseType) {
    return result.accept(
        new KvResult.Visitor<>() {
          @Override
          public T onOk(KvResult.Ok ok) {
            return responseType.cast(ok.response());
          }

          @Override
          public T onFailed(KvResult.Failed failed) {
            throw failed.error().exception();
          }
        });
  }
}
