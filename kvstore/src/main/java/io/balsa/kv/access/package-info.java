/**
 * Authentication at the door: tokens, passwords, the gate that every call passes, and the Auth service of the etcd v3 API.
 *
 * <p>Depends on {@code kv.auth} for the verdicts, on {@code kv.etcd}, {@code kv.request} and {@code kv.state}, and on
 * gRPC. The gate and the handlers run on gRPC's event loops and never block; passwords are hashed and compared on threads
 * of their own.
 */
@NullMarked
package io.balsa.kv.access;

import org.jspecify.annotations.NullMarked;
