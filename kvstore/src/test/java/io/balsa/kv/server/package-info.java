/** Tests of the server process and its parts. */
@NullMarked
package io.balsa.kv.server;

import org.jspecify.annotations.NullMarked;
