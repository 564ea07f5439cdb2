package io.balsa.kv.state;

import com.google.protobuf.ByteString;
import io.balsa.kv.proto.KeyValue;
import org.jspecify.annotations.Nullable;

/** A single key that lives now, or doesn't: one point read instead of a walk. One thread. */
final class PointCursor implements VersionCursor {
  private final ByteString key;
  private final @Nullable VersionRow version;
  private boolean passed;

  PointCursor(ByteString key, @Nullable VersionRow version) {
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
    return standingOn().toKeyValue(key).build();
  }

  @Override
  public KeyValue readWithoutValue() {
    return standingOn().toKeyValue(key).clearValue().build();
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
