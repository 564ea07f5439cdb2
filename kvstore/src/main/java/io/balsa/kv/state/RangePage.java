package io.balsa.kv.state;

import io.balsa.kv.proto.KeyValue;
import java.util.List;

/**
 * The beginning of a range.
 *
 * @param kvs in key order
 * @param more whether further keys follow
 */
public record RangePage(List<KeyValue> kvs, boolean more) {}
