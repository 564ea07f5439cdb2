package io.balsa.kv.state;

import com.google.protobuf.ByteString;
import io.balsa.kv.state.store.OrderedStore;
import io.balsa.kv.state.store.RocksStore;
import io.balsa.kv.state.store.StorePin;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** The bug of a store that doesn't find one of its keys: each time it is written, it is a new one. */
public final class LyingState {
  private LyingState() {}

  public static KvStateMachine open(Path dir, KvStateConfig config, String missing) {
    RocksStore store = RocksStore.open(dir, config.storeSettings());
    byte[] row = Tables.latest(ByteString.copyFromUtf8(missing));
    OrderedStore lying =
        proxy(
            OrderedStore.class,
            (method, args) -> {
              Object answer = call(method, store, args);
              return answer instanceof StorePin pin ? lying(pin, row) : answer;
            });
    return KvStateMachine.on(lying, config);
  }

  private static StorePin lying(StorePin pin, byte[] row) {
    return proxy(
        StorePin.class,
        (method, args) ->
            method.getName().equals("get") && Arrays.equals((byte[]) args[0], row)
                ? null
                : call(method, pin, args));
  }

  private interface Body {
    @Nullable Object call(Method method, Object[] args) throws Throwable;
  }

  private static <T> T proxy(Class<T> type, Body body) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (proxy, method, args) -> body.call(method, args)));
  }

  private static @Nullable Object call(Method method, Object on, Object[] args) throws Throwable {
    try {
      return method.invoke(on, args);
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
  }
}
