@NullMarked
package io.balsa.kv.auth;

import org.jspecify.annotations.NullMarked;
