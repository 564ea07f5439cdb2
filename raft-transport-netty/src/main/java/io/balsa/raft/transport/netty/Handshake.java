package io.balsa.raft.transport.netty;

import com.google.protobuf.InvalidProtocolBufferException;
import io.balsa.raft.model.Bytes;
import io.balsa.raft.model.NodeId;
import io.balsa.raft.transport.netty.wire.Frame;
import io.balsa.raft.transport.netty.wire.FrameType;
import io.balsa.raft.transport.netty.wire.PayloadBytes;
import io.balsa.raft.transport.netty.wire.WireFormatException;
import io.balsa.raft.transport.netty.wire.proto.Hello;
import io.balsa.raft.transport.netty.wire.proto.HelloAnswer;
import io.balsa.raft.transport.netty.wire.proto.Question;
import io.balsa.raft.transport.netty.wire.proto.QuestionAnswer;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * The rules by which two hosts decide that they mean each other, before any message counts. Immutable; any thread.
 *
 * <pre>
 *   opener                                    acceptor
 *     │ Hello: version, cluster, me, you, purpose │
 *     ├──────────────────────────────────────────►│ judge: refused → answer, close
 *     │ HelloAnswer: version, cluster, me, why not│
 *     │◄──────────────────────────────────────────┤
 *     │ judge: wrong → close                      │
 *     ├─ messages ───────────────────────────────►│
 * </pre>
 *
 * <p>Who is refused matters most when addresses move: a container that got the address of another cluster's member must not
 * take part in its elections.
 */
record Handshake(NodeId self, long clusterId) {
  static final int MAGIC = 0x42414C53; // "BALS"
  static final int PROTOCOL_VERSION = 1;

  /** The largest body of a frame while the other side is a stranger. */
  static final int BODY_BYTES_MAX = 1024;

  private static final int REFUSAL_TEXT_MAX = 500;

  /** Who opened a connection, and what for. */
  record Caller(NodeId node, Purpose purpose) {}

  Hello hello(NodeId receiver, Purpose purpose) {
    return Hello.newBuilder()
        .setMagic(MAGIC)
        .setProtocolVersion(PROTOCOL_VERSION)
        .setClusterId(clusterId)
        .setSender(self.value())
        .setReceiver(receiver.value())
        .setPurpose(purpose.code())
        .build();
  }

  /** The acceptor's answer: accepted, or refused for a reason. */
  HelloAnswer answer(Optional<Refusal> refusal) {
    return HelloAnswer.newBuilder()
        .setMagic(MAGIC)
        .setProtocolVersion(PROTOCOL_VERSION)
        .setClusterId(clusterId)
        .setAnswerer(self.value())
        .setRefusal(refusal.map(r -> r.reason().code()).orElse(0))
        .setRefusalText(refusal.map(Refusal::text).orElse(""))
        .build();
  }

  static Question question(Bytes question) {
    return Question.newBuilder()
        .setMagic(MAGIC)
        .setProtocolVersion(PROTOCOL_VERSION)
        .setQuestion(PayloadBytes.toWire(question))
        .build();
  }

  static QuestionAnswer answered(Bytes answer) {
    return QuestionAnswer.newBuilder()
        .setMagic(MAGIC)
        .setAnswer(PayloadBytes.toWire(answer))
        .build();
  }

  static QuestionAnswer unanswered(String why) {
    return QuestionAnswer.newBuilder().setMagic(MAGIC).setFailure(printable(why)).build();
  }

  static Bytes readQuestion(Frame frame) throws WireFormatException {
    requireType(frame, FrameType.QUESTION);
    try {
      Question question = Question.parseFrom(frame.body());
      requireMagic(question.getMagic());
      if (question.getProtocolVersion() != PROTOCOL_VERSION) {
        throw new WireFormatException(
            "a question of protocol version "
                + Integer.toUnsignedString(question.getProtocolVersion()));
      }
      return PayloadBytes.fromWire(question.getQuestion());
    } catch (InvalidProtocolBufferException e) {
      throw new WireFormatException("a question isn't valid protobuf: " + e.getMessage(), e);
    }
  }

  /**
   * @throws WireFormatException for what isn't an answer, and for one that says that there is none
   */
  static Bytes readAnswered(Frame frame) throws WireFormatException {
    requireType(frame, FrameType.QUESTION_ANSWER);
    try {
      QuestionAnswer answer = QuestionAnswer.parseFrom(frame.body());
      requireMagic(answer.getMagic());
      return switch (answer.getResultCase()) {
        case ANSWER -> PayloadBytes.fromWire(answer.getAnswer());
        case FAILURE ->
            throw new WireFormatException("no answer: " + printable(answer.getFailure()));
        case RESULT_NOT_SET -> throw new WireFormatException("an answer without content");
      };
    } catch (InvalidProtocolBufferException e) {
      throw new WireFormatException("an answer isn't valid protobuf: " + e.getMessage(), e);
    }
  }

  static Hello readHello(Frame frame) throws WireFormatException {
    requireType(frame, FrameType.HELLO);
    try {
      Hello hello = Hello.parseFrom(frame.body());
      requireMagic(hello.getMagic());
      return hello;
    } catch (InvalidProtocolBufferException e) {
      throw new WireFormatException("a hello isn't valid protobuf: " + e.getMessage(), e);
    }
  }

  static HelloAnswer readAnswer(Frame frame) throws WireFormatException {
    requireType(frame, FrameType.HELLO_ANSWER);
    try {
      HelloAnswer answer = HelloAnswer.parseFrom(frame.body());
      requireMagic(answer.getMagic());
      return answer;
    } catch (InvalidProtocolBufferException e) {
      throw new WireFormatException("an answer isn't valid protobuf: " + e.getMessage(), e);
    }
  }

  /** Read only after {@link #judge} found nothing wrong: another version may name things differently. */
  static Caller caller(Hello hello) throws WireFormatException {
    return new Caller(nodeId(hello.getSender()), Purpose.ofCode(hello.getPurpose()));
  }

  /**
   * The acceptor's rule. Empty: let them in.
   *
   * @param removed asked about those that aren't known
   */
  Optional<Refusal> judge(Hello hello, Predicate<NodeId> known, Predicate<NodeId> removed)
      throws WireFormatException {
    if (hello.getProtocolVersion() != PROTOCOL_VERSION) {
      return refused(
          Refusal.Reason.UNSUPPORTED_VERSION,
          "protocol version " + Integer.toUnsignedString(hello.getProtocolVersion()),
          Integer.toString(PROTOCOL_VERSION));
    }
    if (hello.getClusterId() != clusterId) {
      return refused(
          Refusal.Reason.WRONG_CLUSTER,
          "cluster " + Long.toHexString(hello.getClusterId()),
          Long.toHexString(clusterId));
    }
    NodeId receiver = nodeId(hello.getReceiver());
    if (!receiver.equals(self)) {
      return refused(Refusal.Reason.WRONG_RECEIVER, "a call for " + receiver, self.value());
    }
    NodeId sender = nodeId(hello.getSender());
    if (known.test(sender)) {
      return Optional.empty();
    }
    return Optional.of(
        removed.test(sender)
            ? new Refusal(Refusal.Reason.REMOVED, sender + " was removed from the cluster")
            : new Refusal(Refusal.Reason.UNKNOWN_SENDER, sender + " isn't a peer of " + self));
  }

  /** The opener's rule. Empty: the right one answered and let us in. */
  Optional<Refusal> judgeAnswer(HelloAnswer answer, NodeId expected) throws WireFormatException {
    if (answer.getRefusal() != 0) {
      Refusal.Reason reason = Refusal.Reason.ofCode(answer.getRefusal());
      return Optional.of(new Refusal(reason, printable(answer.getRefusalText())));
    }
    if (answer.getProtocolVersion() != PROTOCOL_VERSION || answer.getClusterId() != clusterId) {
      throw new WireFormatException("a host of another version or cluster accepted the hello");
    }
    NodeId answerer = nodeId(answer.getAnswerer());
    return answerer.equals(expected)
        ? Optional.empty()
        : refused(Refusal.Reason.WRONG_RECEIVER, "an answer from " + answerer, expected.value());
  }

  private static Optional<Refusal> refused(Refusal.Reason reason, String got, String wanted) {
    return Optional.of(new Refusal(reason, got + " instead of " + wanted));
  }

  private static void requireType(Frame frame, FrameType wanted) throws WireFormatException {
    if (frame.type() != wanted) {
      throw new WireFormatException("a frame of type " + frame.type() + " before the handshake");
    }
  }

  private static void requireMagic(int magic) throws WireFormatException {
    if (magic != MAGIC) {
      throw new WireFormatException("wrong magic number " + Integer.toHexString(magic));
    }
  }

  private static NodeId nodeId(String value) throws WireFormatException {
    try {
      return NodeId.of(value);
    } catch (IllegalArgumentException e) {
      throw new WireFormatException("a node id that isn't one, of length " + value.length(), e);
    }
  }

  /** A stranger's text goes into our log: one line, and not a long one. */
  private static String printable(String text) {
    String line = text.replaceAll("[^\\x20-\\x7e]", "?");
    return line.substring(0, Math.min(line.length(), REFUSAL_TEXT_MAX));
  }
}
