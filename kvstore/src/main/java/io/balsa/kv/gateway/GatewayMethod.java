package io.balsa.kv.gateway;

import com.google.protobuf.Message;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.PrototypeMarshaller;

/**
 * A call that the gateway makes.
 *
 * @param prototype what a request looks like when nothing is set
 * @param staysOpen whether the client's side stays open after its last request: closing it would end what was asked for
 */
record GatewayMethod(
    MethodDescriptor<Message, Message> descriptor, Message prototype, boolean staysOpen) {

  /** Of a method as generated. */
  static GatewayMethod of(
      MethodDescriptor<? extends Message, ? extends Message> method, boolean staysOpen) {
    // The marshallers refuse what isn't of their type, and we only ever give them the prototype's.
    @SuppressWarnings("unchecked")
    MethodDescriptor<Message, Message> descriptor = (MethodDescriptor<Message, Message>) method;
    if (descriptor.getRequestMarshaller() instanceof PrototypeMarshaller<Message> requests) {
      Message prototype = requests.getMessagePrototype();
      if (prototype != null) {
        return new GatewayMethod(descriptor, prototype, staysOpen);
      }
    }
    throw new IllegalArgumentException("not a method of protobuf messages: " + descriptor);
  }

  boolean takesOneRequest() {
    return descriptor.getType().clientSendsOneMessage();
  }

  boolean givesOneAnswer() {
    return descriptor.getType().serverSendsOneMessage();
  }
}
