package io.balsa.kv.metrics;

import io.balsa.kv.http.HttpAnswer;
import io.balsa.kv.http.HttpExchange;
import io.balsa.kv.http.HttpHandler;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufOutputStream;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.prometheus.metrics.expositionformats.ExpositionFormatWriter;
import io.prometheus.metrics.expositionformats.ExpositionFormats;
import io.prometheus.metrics.model.registry.MetricNameFilter;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code /metrics}: the figures as text, in the format that the scraper accepts; only some of them with {@code name[]}. They
 * are collected on threads of their own, because some are asked of the operating system.
 */
public final class MetricsPage implements HttpHandler {
  private static final Logger log = LoggerFactory.getLogger(MetricsPage.class);

  private final ExpositionFormats formats = ExpositionFormats.init();
  private final PrometheusRegistry registry;
  private final Executor threads;

  public MetricsPage(MemberMetrics metrics, Executor threads) {
    this.registry = metrics.registry();
    this.threads = threads;
  }

  @Override
  public void handle(HttpExchange exchange) {
    try {
      threads.execute(() -> exchange.answer(scrape(exchange)));
    } catch (RejectedExecutionException stopping) {
      exchange.answer(HttpAnswer.text(HttpResponseStatus.SERVICE_UNAVAILABLE, "stopping\n"));
    }
  }

  private HttpAnswer scrape(HttpExchange exchange) {
    ByteBuf body = exchange.alloc().buffer();
    try (ByteBufOutputStream out = new ByteBufOutputStream(body)) {
      ExpositionFormatWriter format =
          formats.findWriter(exchange.headers().get(HttpHeaderNames.ACCEPT));
      format.write(out, collect(exchange.parameters().getOrDefault("name[]", List.of())));
      return new HttpAnswer(HttpResponseStatus.OK, format.getContentType(), body);
    } catch (IOException | RuntimeException e) {
      body.release();
      log.error("figures can't be collected", e);
      return HttpAnswer.text(HttpResponseStatus.INTERNAL_SERVER_ERROR, "internal error\n");
    }
  }

  private MetricSnapshots collect(List<String> names) {
    return names.isEmpty()
        ? registry.scrape()
        : registry.scrape(MetricNameFilter.builder().nameMustBeEqualTo(names).build());
  }
}
