/** Tests of the etcd v3 API. */
@NullMarked
package io.balsa.kv.etcd;

import org.jspecify.annotations.NullMarked;
