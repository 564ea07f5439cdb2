/**
 * The JSON gateway: the calls of the etcd v3 API as HTTP requests below {@code /v3/}.
 *
 * <p>Depends on {@code kv.http} and gRPC. Calls go through gRPC's own transport within the process, so that services and
 * interceptors have one way in. JSON is read and written on the gateway's own threads, never on event loops or the
 * threads of services.
 */
@NullMarked
package io.balsa.kv.gateway;

import org.jspecify.annotations.NullMarked;
