/** etcd's workloads against whole clusters: {@code bench kv}. */
@NullMarked
package io.balsa.examples.bench.kv;

import org.jspecify.annotations.NullMarked;
