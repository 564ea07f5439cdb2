package io.balsa.raft.session;

import io.balsa.raft.model.Bytes;

/**
 * Turns a result into bytes and back, so that it can be kept, and given again, for a command that comes twice. Called on the
 * apply thread; equal results must have equal bytes on every node, and what it throws stops the node.
 *
 * @param <R> what a command results in
 */
public interface ResultCodec<R> {
  /** For results that are numbers. */
  ResultCodec<Long> LONG =
      new ResultCodec<>() {
        @Override
        public Bytes encode(Long result) {
          return Bytes.ofLong(result);
        }

        @Override
        public Long decode(Bytes bytes) {
          return bytes.getLong(0);
        }
      };

  /** For results that are text. */
  ResultCodec<String> UTF8 =
      new ResultCodec<>() {
        @Override
        public Bytes encode(String result) {
          return Bytes.utf8(result);
        }

        @Override
        public String decode(Bytes bytes) {
          return bytes.toUtf8();
        }
      };

  Bytes encode(R result);

  /** Gives back what was encoded, here or on another node, by this version of the program or an earlier one. */
  R decode(Bytes bytes);
}
