package io.balsa.kv.state;

import com.google.protobuf.ByteString;
import io.balsa.kv.proto.KeyValue;
import io.balsa.kv.state.store.OrderedReader;
import org.jspecify.annotations.Nullable;

/** A single key that lives now, or doesn't: one point read instead of a walk. One thread. */
final class PointCursor implements VersionCursor {
  private final OrderedReader rows;
  private final ByteString key;
  private final @Nullable VersionRow version;
  private boolean passed;

  /**
   * @param rows those that the version is of
   */
  PointCursor(OrderedReader rows, ByteString key, @Nullable VersionRow version) {
    this.rows = rows;
    this.key = key;
    this.version = version;
  }

  @Override
  public boolean next() {
    boolean stands = version != null && !passed;
    passed = true;
    return stands;
  }

  @Override
  public ByteString key() {
    return key;
  }

  @Override
  public KeyValue read() {
    return standingOn().toKeyValue(key, rows);
  }

  @Override
  public KeyValue readWithoutValue() {
    return standingOn().withoutValue(key).build();
  }

  private VersionRow standingOn() {
    if (version == null) {
      throw new IllegalStateException("the cursor stands on no key");
    }
    return version;
  }

  @Override
  public void close() {}
}
