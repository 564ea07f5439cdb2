package io.balsa.kv.state;

import com.google.protobuf.ByteString;
import io.balsa.kv.proto.KeyValue;

/** A walk over the keys that lived at one revision. Moving on reads no value: counting is cheap. One thread. */
interface VersionCursor extends AutoCloseable {

  /** Moves to the next key that lived; false when there is none. */
  boolean next();

  /** The key it stands on, alone. */
  ByteString key();

  /** The key it stands on, whole. */
  KeyValue read();

  /** The key it stands on, without its value. */
  KeyValue readWithoutValue();

  @Override
  void close();
}
