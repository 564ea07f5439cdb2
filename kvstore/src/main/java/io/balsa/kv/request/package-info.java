/**
 * The one way from the API's services to the replicated store: proposals and read barriers with their retries, response
 * headers, who the members are, a channel to the leader, and marks on calls that were passed on.
 *
 * <p>Depends on the store's commands and results, on {@code io.balsa.raft} and on gRPC's client. Any thread; nothing here
 * blocks.
 */
@NullMarked
package io.balsa.kv.request;

import org.jspecify.annotations.NullMarked;
