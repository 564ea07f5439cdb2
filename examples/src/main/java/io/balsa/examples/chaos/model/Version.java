package io.balsa.examples.chaos.model;

/**
 * A key's value, and its place in history. Immutable.
 *
 * @param create revision at which the key came to be
 * @param mod revision of this value
 * @param version how many values the key has had since it came to be
 * @param lease to which the key is bound, or 0
 */
public record Version(String value, long create, long mod, long version, long lease) {}
