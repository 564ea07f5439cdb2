/**
 * What Prometheus can ask of a member, under etcd's names, so that its dashboards and alerts work. Figures are read when
 * they are asked for; only calls and changes of the leader are counted as they happen.
 */
@NullMarked
package io.balsa.kv.metrics;

import org.jspecify.annotations.NullMarked;
