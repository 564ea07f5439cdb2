/**
 * Who may do what: users, roles and permissions, the commands that change them, and the verdict on a request.
 *
 * <p>Depends on the API's messages, {@code kv.command} and {@code kv.model}. Everything here is immutable and without
 * clock or chance, so that members come to the same verdict at the same place of the log. Any thread.
 */
@NullMarked
package io.balsa.kv.auth;

import org.jspecify.annotations.NullMarked;
