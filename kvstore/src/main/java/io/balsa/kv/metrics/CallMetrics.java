package io.balsa.kv.metrics;

import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.prometheus.metrics.core.datapoints.CounterDataPoint;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;

/**
 * Counts calls and their messages, under the names of Go's gRPC. Put it in front of all other interceptors: what they refuse
 * counts too. Thread-safe.
 */
public final class CallMetrics implements ServerInterceptor {
  private static final String[] LABELS = {"grpc_type", "grpc_service", "grpc_method"};

  private final Counter started;
  private final Counter handled;
  private final Counter received;
  private final Counter sent;
  private final Map<String, OfMethod> methods = new ConcurrentHashMap<>();

  /** A method's counters, found once; those of its outcomes in the order of their codes. */
  private record OfMethod(
      CounterDataPoint started,
      CounterDataPoint received,
      CounterDataPoint sent,
      List<CounterDataPoint> handled) {}

  CallMetrics(PrometheusRegistry registry) {
    started = counter("grpc_server_started_total", "Calls begun.", LABELS, registry);
    String[] withCode = Arrays.copyOf(LABELS, LABELS.length + 1);
    withCode[LABELS.length] = "grpc_code";
    handled = counter("grpc_server_handled_total", "Calls ended.", withCode, registry);
    received = counter("grpc_server_msg_received_total", "Messages of clients.", LABELS, registry);
    sent = counter("grpc_server_msg_sent_total", "Messages to clients.", LABELS, registry);
  }

  private static Counter counter(
      String name, String help, String[] labels, PrometheusRegistry registry) {
    return Counter.builder().name(name).help(help).labelNames(labels).register(registry);
  }

  @Override
  public <Q, R> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
    MethodDescriptor<Q, R> method = call.getMethodDescriptor();
    OfMethod counters =
        methods.computeIfAbsent(method.getFullMethodName(), name -> countersOf(method));
    counters.started().inc();
    CountedCall<Q, R> counted = new CountedCall<>(call, counters);
    return new SimpleForwardingServerCallListener<>(next.startCall(counted, headers)) {
      @Override
      public void onMessage(Q message) {
        counters.received().inc();
        super.onMessage(message);
      }

      @Override
      public void onCancel() {
        counted.ended(Status.Code.CANCELLED);
        super.onCancel();
      }
    };
  }

  /** Counts its end once: by its service or by its client, whichever comes first. */
  private static final class CountedCall<Q, R> extends SimpleForwardingServerCall<Q, R> {
    private final OfMethod counters;
    private final AtomicBoolean ended = new AtomicBoolean();

    CountedCall(ServerCall<Q, R> call, OfMethod counters) {
      super(call);
      this.counters = counters;
    }

    @Override
    public void sendMessage(R message) {
      counters.sent().inc();
      super.sendMessage(message);
    }

    @Override
    public void close(Status status, Metadata trailers) {
      ended(status.getCode());
      super.close(status, trailers);
    }

    void ended(Status.Code code) {
      if (ended.compareAndSet(false, true)) {
        counters.handled().get(code.value()).inc();
      }
    }
  }

  private OfMethod countersOf(MethodDescriptor<?, ?> method) {
    String type = typeName(method.getType());
    String service = String.valueOf(method.getServiceName());
    String name = String.valueOf(method.getBareMethodName());
    return new OfMethod(
        started.labelValues(type, service, name),
        received.labelValues(type, service, name),
        sent.labelValues(type, service, name),
        Arrays.stream(Status.Code.values())
            .map(code -> handled.labelValues(type, service, name, codeName(code)))
            .toList());
  }

  private static String typeName(MethodDescriptor.MethodType type) {
    return switch (type) {
      case UNARY -> "unary";
      case CLIENT_STREAMING -> "client_stream";
      case SERVER_STREAMING -> "server_stream";
      case BIDI_STREAMING, UNKNOWN -> "bidi_stream";
    };
  }

  /** As Go spells it, and as alerts ask for it: {@code InvalidArgument}. */
  static String codeName(Status.Code code) {
    return switch (code) {
      case OK -> "OK";
      case CANCELLED -> "Canceled";
      default ->
          Arrays.stream(code.name().split("_"))
              .map(word -> word.charAt(0) + word.substring(1).toLowerCase(Locale.ROOT))
              .collect(Collectors.joining());
    };
  }
}
