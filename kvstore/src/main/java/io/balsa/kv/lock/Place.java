package io.balsa.kv.lock;

import com.google.protobuf.ByteString;

/**
 * One place in a {@link Queue}. It is kept for as long as its key lives; a key that was deleted and made anew is another
 * place, further behind. Immutable.
 */
record Place(ByteString key, long createRevision) {}
