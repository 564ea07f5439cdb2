package io.balsa.kv.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.Iterator;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The API in JSON against one whole member: what etcd's page "gRPC gateway" shows with curl, and what it leaves out. */
@Timeout(120)
final class JsonGatewayTest {
  private static final int REQUEST_BYTES_MAX = 1_572_864;
  private static final int MESSAGE_BYTES_MAX = REQUEST_BYTES_MAX + 512 * 1024;

  @TempDir private static Path dir;
  private static TestCluster cluster;

  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  @BeforeAll
  static void start() throws Exception {
    cluster = TestCluster.start(dir, 1);
  }

  @AfterAll
  static void stop() {
    cluster.close();
  }

  @Test
  void whatIsPutIsFoundAloneAndInARange() throws Exception {
    assertThat(ok("/v3/kv/put", "{\"key\": \"Zm9v\", \"value\": \"YmFy\"}"))
        .matches(
            "\\{\"header\":\\{\"cluster_id\":\"\\d+\",\"member_id\":\"\\d+\",\"revision\":\"\\d+\","
                + "\"raft_term\":\"\\d+\"}}");
    assertThat(ok("/v3/kv/range", "{\"key\": \"Zm9v\"}"))
        .matches(
            ".*\"kvs\":\\[\\{\"key\":\"Zm9v\",\"create_revision\":\"\\d+\",\"mod_revision\":\"\\d+\","
                + "\"version\":\"\\d+\",\"value\":\"YmFy\"}],\"count\":\"1\"}");
    assertThat(ok("/v3/kv/range", "{\"key\": \"Zm9v\", \"range_end\": \"Zm9w\"}"))
        .contains("\"key\":\"Zm9v\"");
    assertThat(ok("/v3/kv/range", "{\"key\": \"Zm9v\", \"rangeEnd\": \"Zm9w\", \"no_such\": 1}"))
        .contains("\"key\":\"Zm9v\"");
    assertThat(ok("/v3beta/kv/range", "{\"key\": \"Zm9v\"}")).contains("\"value\":\"YmFy\"");
  }

  @Test
  void aWatchSeesTheNextPut() throws Exception {
    try (Stream<String> lines =
        stream("/v3/watch", "{\"create_request\": {\"key\":\"d2F0Y2hlZA==\"} }")) {
      Iterator<String> line = lines.iterator();
      assertThat(line.next())
          .startsWith("{\"result\":{\"header\":{")
          .endsWith("\"created\":true}}");
      ok("/v3/kv/put", "{\"key\": \"d2F0Y2hlZA==\", \"value\": \"YmFy\"}");
      assertThat(line.next())
          .startsWith("{\"result\":{\"header\":{")
          .contains("\"events\":[{\"kv\":{\"key\":\"d2F0Y2hlZA==\"")
          .endsWith("\"value\":\"YmFy\"}}]}}");
      ok("/v3/kv/deleterange", "{\"key\": \"d2F0Y2hlZA==\"}");
      assertThat(line.next()).contains("\"events\":[{\"type\":\"DELETE\",\"kv\":{\"key\":");
    }
  }

  @Test
  void aTxnComparesRevisionAndVersion() throws Exception {
    String put = ok("/v3/kv/put", "{\"key\":\"dHhu\",\"value\":\"YmFy\"}");
    String revision = put.replaceAll(".*\"revision\":\"(\\d+)\".*", "$1");
    assertThat(
            ok(
                "/v3/kv/txn",
                "{\"compare\":[{\"target\":\"CREATE\",\"key\":\"dHhu\",\"createRevision\":\"%s\"}],"
                        .formatted(revision)
                    + "\"success\":[{\"requestPut\":{\"key\":\"dHhu\",\"value\":\"YmF6\"}}]}"))
        .contains("\"succeeded\":true,\"responses\":[{\"response_put\":{\"header\":{\"revision\":");
    assertThat(
            ok(
                "/v3/kv/txn",
                "{\"compare\":[{\"version\":\"2\",\"result\":\"EQUAL\",\"target\":\"VERSION\","
                    + "\"key\":\"dHhu\"}],"
                    + "\"success\":[{\"requestRange\":{\"key\":\"dHhu\"}}]}"))
        .contains("\"succeeded\":true", "\"version\":\"2\",\"value\":\"YmF6\"");
    assertThat(
            ok(
                "/v3/kv/txn",
                "{\"compare\":[{\"version\":\"7\",\"target\":\"VERSION\",\"key\":\"dHhu\"}],"
                    + "\"success\":[{\"requestDeleteRange\":{\"key\":\"dHhu\"}}]}"))
        .doesNotContain("succeeded");
  }

  @Test
  void leasesAreGrantedRenewedAskedForAndRevoked() throws Exception {
    assertThat(ok("/v3/lease/grant", "{\"ID\":\"4711\",\"TTL\":\"60\"}"))
        .contains("\"ID\":\"4711\",\"TTL\":\"60\"");
    ok("/v3/kv/put", "{\"key\":\"bGVhc2Vk\",\"lease\":\"4711\"}");
    HttpResponse<String> renewed =
        post("/v3/lease/keepalive", "{\"ID\":\"4711\"}{\"ID\":4711}\n{\"ID\":\"1\"}");
    assertThat(renewed.statusCode()).isEqualTo(200);
    List<String> answers = renewed.body().lines().toList();
    assertThat(answers).hasSize(3).allMatch(line -> line.startsWith("{\"result\":{"));
    assertThat(answers.get(1)).endsWith("\"ID\":\"4711\",\"TTL\":\"60\"}}");
    assertThat(answers.get(2)).endsWith("\"ID\":\"1\"}}");
    assertThat(ok("/v3/lease/timetolive", "{\"ID\":\"4711\",\"keys\":true}"))
        .contains("\"grantedTTL\":\"60\",\"keys\":[\"bGVhc2Vk\"]");
    assertThat(ok("/v3/kv/lease/leases", "{}")).contains("{\"ID\":\"4711\"}");
    ok("/v3/kv/lease/revoke", "{\"ID\":\"4711\"}");
    assertThat(ok("/v3/kv/lease/timetolive", "{\"ID\":\"4711\"}")).contains("\"TTL\":\"-1\"");
    assertThat(ok("/v3/kv/range", "{\"key\":\"bGVhc2Vk\"}")).doesNotContain("kvs");
  }

  @Test
  void anEmptyBodyIsAnEmptyRequest() throws Exception {
    assertThat(ok("/v3/cluster/member/list", "")).contains("\"name\":\"m0\"", "\"clientURLs\":[");
    assertThat(ok("/v3/maintenance/status", "{}"))
        .contains("\"version\":\"3.6.0\"", "\"dbSize\":\"");
  }

  @Test
  void errorsCarryTheirTextTheirCodeAndAStatus() throws Exception {
    HttpResponse<String> noKey = post("/v3/kv/put", "{}");
    assertThat(noKey.statusCode()).isEqualTo(400);
    assertThat(noKey.headers().firstValue("content-type")).contains("application/json");
    assertThat(noKey.body())
        .isEqualTo(
            "{\"error\":\"etcdserver: key is not provided\",\"code\":3,"
                + "\"message\":\"etcdserver: key is not provided\",\"details\":[]}");
    assertThat(post("/v3/lease/revoke", "{\"ID\":\"99\"}"))
        .matches(lost -> lost.statusCode() == 404)
        .extracting(HttpResponse::body)
        .asString()
        .contains("\"message\":\"etcdserver: requested lease not found\"", "\"code\":5");
    assertThat(post("/v3/kv/range", "{\"key\":\"Zm9v\",\"revision\":\"999999\"}").statusCode())
        .isEqualTo(400);
    HttpResponse<String> noJson = post("/v3/kv/put", "key=foo");
    assertThat(noJson.statusCode()).isEqualTo(400);
    assertThat(noJson.body()).contains("\"code\":3");
  }

  @Test
  void pathsThatAreNotAndMethodsThatAreNotAllowedAnswerAsEtcd() throws Exception {
    assertThat(post("/v3/no/such", "{}").statusCode()).isEqualTo(404);
    assertThat(post("/v3/no/such", "{}").body())
        .isEqualTo("{\"error\":\"Not Found\",\"code\":5,\"message\":\"Not Found\",\"details\":[]}");
    HttpResponse<String> get =
        http.send(request("/v3/kv/range").GET().build(), HttpResponse.BodyHandlers.ofString());
    assertThat(get.statusCode()).isEqualTo(501);
    assertThat(get.body()).contains("\"code\":12", "\"message\":\"Method Not Allowed\"");
  }

  @Test
  void aRequestMayBeAsLargeAsByGrpcAndNotOneByteLarger() throws Exception {
    // What isn't the value: the key with its tag and length, and the value's tag and length.
    int largest = MESSAGE_BYTES_MAX - 3 - 4;
    HttpResponse<String> larger = put(largest + 1);
    assertThat(larger.statusCode()).isEqualTo(429);
    assertThat(larger.body())
        .contains(
            "grpc: received message larger than max (%d vs. %d)"
                .formatted(MESSAGE_BYTES_MAX + 1, MESSAGE_BYTES_MAX),
            "\"code\":8");
    HttpResponse<String> tooLargeForTheLog = put(largest);
    assertThat(tooLargeForTheLog.statusCode()).isEqualTo(400);
    assertThat(tooLargeForTheLog.body()).contains("etcdserver: request is too large");
    assertThat(put(REQUEST_BYTES_MAX - 1000).statusCode()).isEqualTo(200);
  }

  private HttpResponse<String> put(int valueBytes) throws Exception {
    String value = Base64.getEncoder().encodeToString(new byte[valueBytes]);
    return post("/v3/kv/put", "{\"key\":\"YQ==\",\"value\":\"" + value + "\"}");
  }

  @Test
  void aBodyBeyondAllMeasureIsRefused() throws Exception {
    String body = "{\"key\":\"YQ==\"," + " ".repeat(2 * MESSAGE_BYTES_MAX) + "\"value\":\"YQ==\"}";
    assertThat(post("/v3/kv/put", body).statusCode()).isEqualTo(413);
  }

  @Test
  void aConnectionServesOneRequestAfterTheOther() throws Exception {
    try (Socket socket = new Socket("127.0.0.1", cluster.clientPort(0))) {
      socket.setSoTimeout(20_000);
      String keepAlive =
          "POST /v3/kv/range HTTP/1.1\r\nHost: x\r\nContent-Length: 14\r\n\r\n{\"key\":\"YQ==\"}";
      String last = keepAlive.replace("Host: x", "Host: x\r\nConnection: close");
      socket.getOutputStream().write(keepAlive.getBytes(StandardCharsets.US_ASCII));
      socket.getOutputStream().write((keepAlive + last).getBytes(StandardCharsets.US_ASCII));
      String answers = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(answers.split("HTTP/1.1 200 OK", -1)).hasSize(4);
    }
  }

  @Test
  void aClientThatGoesAwayEndsItsWatch() throws Exception {
    double before = canceledWatches();
    try (Socket socket = new Socket("127.0.0.1", cluster.clientPort(0))) {
      OutputStream out = socket.getOutputStream();
      String body = "{\"create_request\":{\"key\":\"c2lsZW50\"}}";
      out.write(
          "POST /v3/watch HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n%s"
              .formatted(body.length(), body)
              .getBytes(StandardCharsets.US_ASCII));
      readUntil(socket.getInputStream(), "\"created\":true}}\n");
    }
    await(() -> canceledWatches() > before);
  }

  private double canceledWatches() {
    return figure(
        "grpc_server_handled_total{grpc_code=\"Canceled\",grpc_method=\"Watch\","
            + "grpc_service=\"etcdserverpb.Watch\",grpc_type=\"bidi_stream\"}");
  }

  @Test
  void theFiguresThatOperatorsKnowAreThere() throws Exception {
    ok("/v3/kv/put", "{\"key\":\"YQ==\"}");
    assertThat(figure("etcd_server_has_leader")).isEqualTo(1);
    assertThat(figure("etcd_server_is_leader")).isEqualTo(1);
    assertThat(figure("etcd_server_is_learner")).isZero();
    assertThat(figure("etcd_server_leader_changes_seen_total")).isEqualTo(1);
    assertThat(figure("etcd_server_proposals_committed_total")).isPositive();
    assertThat(figure("etcd_server_proposals_applied_total")).isPositive();
    assertThat(figure("etcd_server_proposals_pending")).isNotNegative();
    assertThat(figure("etcd_server_proposals_failed_total")).isNotNegative();
    assertThat(figure("etcd_mvcc_db_total_size_in_bytes")).isPositive();
    assertThat(figure("etcd_mvcc_db_total_size_in_use_in_bytes")).isPositive();
    assertThat(figure("etcd_debugging_mvcc_current_revision")).isGreaterThan(1);
    assertThat(figure("etcd_server_version{server_version=\"3.6.0\"}")).isEqualTo(1);
    assertThat(figure("process_resident_memory_bytes")).isPositive();
    assertThat(figure("jvm_memory_used_bytes{area=\"heap\"}")).isPositive();
    assertThat(
            figure(
                "grpc_server_started_total{grpc_method=\"Put\",grpc_service=\"etcdserverpb.KV\","
                    + "grpc_type=\"unary\"}"))
        .isPositive();
    HttpResponse<String> some =
        http.send(
            request("/metrics?name[]=etcd_server_has_leader")
                .header("Accept", "application/openmetrics-text")
                .build(),
            HttpResponse.BodyHandlers.ofString());
    assertThat(some.body())
        .contains("etcd_server_has_leader 1")
        .doesNotContain("jvm_")
        .endsWith("# EOF\n");
  }

  /** One line of the metrics page; 0 if it isn't there. */
  private double figure(String name) {
    try {
      return http.send(request("/metrics").build(), HttpResponse.BodyHandlers.ofString())
          .body()
          .lines()
          .filter(line -> line.startsWith(name + " "))
          .mapToDouble(line -> Double.parseDouble(line.substring(name.length() + 1)))
          .findFirst()
          .orElse(0);
    } catch (java.io.IOException e) {
      throw new AssertionError(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  private static void readUntil(InputStream in, String end) throws Exception {
    StringBuilder heard = new StringBuilder();
    while (heard.indexOf(end) < 0) {
      int next = in.read();
      assertThat(next).as("after %s", heard).isNotNegative();
      heard.append((char) next);
    }
  }

  private static void await(BooleanSupplier condition) {
    long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as("in time").isLessThan(deadline);
    }
  }

  private String ok(String path, String body) throws Exception {
    HttpResponse<String> response = post(path, body);
    assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
    return response.body();
  }

  private HttpResponse<String> post(String path, String body) throws Exception {
    return http.send(
        request(path).POST(HttpRequest.BodyPublishers.ofString(body)).build(),
        HttpResponse.BodyHandlers.ofString());
  }

  private Stream<String> stream(String path, String body) throws Exception {
    return http.send(
            request(path).POST(HttpRequest.BodyPublishers.ofString(body)).build(),
            HttpResponse.BodyHandlers.ofLines())
        .body();
  }

  private static HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(
            URI.create(cluster.clientUrl(0) + path.replace("[", "%5B").replace("]", "%5D")))
        .timeout(Duration.ofSeconds(60));
  }
}
