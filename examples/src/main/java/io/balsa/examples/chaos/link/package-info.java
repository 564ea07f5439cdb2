/**
 * The network between members, as a matrix of directed links that can be cut, slowed down and broken: a TCP proxy stands in
 * each of them. Depends on the JDK only. Links may be changed by any thread while proxies carry bytes on threads of their own.
 */
@NullMarked
package io.balsa.examples.chaos.link;

import org.jspecify.annotations.NullMarked;
