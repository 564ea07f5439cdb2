/**
 * HTTP/1.1 on the client port: one handler per connection, the table of paths, and the pages that say how the member is.
 *
 * <p>Depends on Netty and on {@code kv.etcd} for versions; knows nothing of gRPC. A connection belongs to its event loop;
 * an answer may be written by any thread.
 */
@NullMarked
package io.balsa.kv.http;

import org.jspecify.annotations.NullMarked;
