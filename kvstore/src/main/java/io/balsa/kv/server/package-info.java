/**
 * The server process: flags, the data directory, the client port with gRPC and HTTP/1.1 on it, and the order in which a
 * member starts and stops.
 *
 * <p>Depends on everything else in the module; nothing depends on it. {@link io.balsa.kv.server.BalsaMain} is the program;
 * the rest can be started and stopped inside another JVM, as tests do.
 */
@NullMarked
package io.balsa.kv.server;

import org.jspecify.annotations.NullMarked;
