package io.balsa.kv.differential;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * What etcd's pages "gRPC gateway", "Interacting with etcd" and "API concurrency reference" do, by curl to a real etcd and to
 * us: the answers are the same text, but for ids, terms and tokens.
 */
@Timeout(180)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
final class GatewayDifferentialTest {
  private static final Pattern OWN =
      Pattern.compile("\"(cluster_id|member_id|raft_term|token)\":\"[^\"]*\"");

  private ServerProcess etcdServer;
  private ServerProcess balsaServer;
  private Curl etcd;
  private Curl balsa;

  @BeforeAll
  void start(@TempDir Path dir) throws Exception {
    etcdServer = ServerProcess.etcd(dir.resolve("etcd"));
    etcd = new Curl(etcdServer);
    balsaServer = ServerProcess.balsa(dir.resolve("balsa"));
    balsa = new Curl(balsaServer);
  }

  @AfterAll
  void stop() {
    if (etcdServer != null) {
      etcdServer.close();
    }
    if (balsaServer != null) {
      balsaServer.close();
    }
  }

  @Test
  @Order(1)
  void putAndGet() throws Exception {
    same("/v3/kv/put", "{\"key\": \"Zm9v\", \"value\": \"YmFy\"}");
    same("/v3/kv/range", "{\"key\": \"Zm9v\"}");
    same("/v3/kv/range", "{\"key\": \"Zm9v\", \"range_end\": \"Zm9w\"}");
    same("/v3/kv/put", "{\"key\": \"Zm9v\", \"value\": \"YmF6\", \"prev_kv\": true}");
    same("/v3/kv/range", "{\"key\": \"Zm9v\", \"revision\": \"2\"}");
    same("/v3/kv/range", "{\"key\": \"AA==\", \"range_end\": \"AA==\", \"limit\": 1}");
    same("/v3/kv/range", "{\"key\": \"AA==\", \"range_end\": \"AA==\", \"count_only\": true}");
    same("/v3/kv/range", "{\"key\": \"Zm9v\", \"keys_only\": true}");
    same("/v3/kv/range", "{\"key\": \"bm9uZQ==\"}");
    same("/v3beta/kv/range", "{\"key\": \"Zm9v\"}");
  }

  @Test
  @Order(2)
  void watch() throws Exception {
    String create = "{\"create_request\": {\"key\":\"d2F0Y2hlZA==\", \"prev_kv\": true} }";
    try (Curl.Lines etcds = etcd.stream("/v3/watch", create);
        Curl.Lines balsas = balsa.stream("/v3/watch", create)) {
      sameNext(etcds, balsas);
      same("/v3/kv/put", "{\"key\": \"d2F0Y2hlZA==\", \"value\": \"YmFy\"}");
      sameNext(etcds, balsas);
      same("/v3/kv/put", "{\"key\": \"d2F0Y2hlZA==\", \"value\": \"YmF6\"}");
      sameNext(etcds, balsas);
      same("/v3/kv/deleterange", "{\"key\": \"d2F0Y2hlZA==\"}");
      sameNext(etcds, balsas);
    }
    String past =
        "{\"create_request\": {\"key\":\"AA==\", \"range_end\":\"AA==\", \"start_revision\":\"2\"}}";
    try (Curl.Lines etcds = etcd.stream("/v3/watch", past);
        Curl.Lines balsas = balsa.stream("/v3/watch", past)) {
      sameNext(etcds, balsas);
      sameNext(etcds, balsas);
    }
    String nothing = "{\"create_request\": {\"key\":\"Yg==\", \"range_end\":\"YQ==\"}}";
    try (Curl.Lines etcds = etcd.stream("/v3/watch", nothing);
        Curl.Lines balsas = balsa.stream("/v3/watch", nothing)) {
      sameNext(etcds, balsas);
    }
  }

  @Test
  @Order(3)
  void transactions() throws Exception {
    same(
        "/v3/kv/txn",
        "{\"compare\":[{\"target\":\"CREATE\",\"key\":\"Zm9v\",\"createRevision\":\"2\"}],"
            + "\"success\":[{\"requestPut\":{\"key\":\"Zm9v\",\"value\":\"YmFy\"}}]}");
    same(
        "/v3/kv/txn",
        "{\"compare\":[{\"version\":\"3\",\"result\":\"EQUAL\",\"target\":\"VERSION\",\"key\":\"Zm9v\"}],"
            + "\"success\":[{\"requestRange\":{\"key\":\"Zm9v\"}}]}");
    same(
        "/v3/kv/txn",
        "{\"compare\":[{\"value\":\"eA==\",\"target\":\"VALUE\",\"key\":\"Zm9v\"}],"
            + "\"failure\":[{\"request_delete_range\":{\"key\":\"Zm9v\",\"prev_kv\":true}},"
            + "{\"request_txn\":{\"success\":[{\"request_put\":{\"key\":\"YQ==\"}}]}}]}");
    same("/v3/kv/txn", "{}");
  }

  @Test
  @Order(4)
  void leases() throws Exception {
    same("/v3/lease/grant", "{\"TTL\": 600, \"ID\": 4711}");
    same("/v3/lease/grant", "{\"TTL\": 600, \"ID\": 4711}");
    same("/v3/kv/put", "{\"key\": \"bGVhc2Vk\", \"value\": \"YmFy\", \"lease\": \"4711\"}");
    same("/v3/kv/range", "{\"key\": \"bGVhc2Vk\"}");
    same("/v3/lease/keepalive", "{\"ID\": 4711}");
    same("/v3/lease/keepalive", "{\"ID\": 99}");
    same("/v3/lease/timetolive", "{\"ID\": 99, \"keys\": true}");
    same("/v3/kv/lease/timetolive", "{\"ID\": 99}");
    same("/v3/lease/leases", "{}");
    same("/v3/kv/lease/leases", "{}");
    same("/v3/lease/revoke", "{\"ID\": 4711}");
    same("/v3/kv/lease/revoke", "{\"ID\": 4711}");
    same("/v3/kv/range", "{\"key\": \"bGVhc2Vk\"}");
  }

  @Test
  @Order(5)
  void locksAndElections() throws Exception {
    same("/v3/lease/grant", "{\"TTL\": 600, \"ID\": 11259375}");
    same("/v3/lock/lock", "{\"name\": \"bXlsb2Nr\", \"lease\": \"11259375\"}");
    same("/v3/lock/unlock", "{\"key\": \"bXlsb2NrL2FiY2RlZg==\"}");
    same("/v3/lock/unlock", "{\"key\": \"bXlsb2NrL2FiY2RlZg==\"}");
    // etcd gives the code UNKNOWN to what its own client told it; the text is what clients look at.
    differs(
        "/v3/lock/lock",
        "{\"name\": \"bXlsb2Nr\", \"lease\": \"5\"}",
        new Expected(500, "etcdserver: requested lease not found"),
        new Expected(404, "etcdserver: requested lease not found"));
    same("/v3/election/leader", "{\"name\": \"bXllbGVjdA==\"}");
    Curl.Reply won =
        same(
            "/v3/election/campaign",
            "{\"name\": \"bXllbGVjdA==\", \"lease\": \"11259375\", \"value\": \"bWU=\"}");
    String leader = JsonParser.parseString(won.body()).getAsJsonObject().get("leader").toString();
    same("/v3/election/leader", "{\"name\": \"bXllbGVjdA==\"}");
    same("/v3/election/proclaim", "{\"leader\": " + leader + ", \"value\": \"eW91\"}");
    String observe = "{\"name\": \"bXllbGVjdA==\"}";
    try (Curl.Lines etcds = etcd.stream("/v3/election/observe", observe);
        Curl.Lines balsas = balsa.stream("/v3/election/observe", observe)) {
      sameNext(etcds, balsas);
    }
    same("/v3/election/resign", "{\"leader\": " + leader + "}");
    same("/v3/election/proclaim", "{\"leader\": " + leader + ", \"value\": \"eW91\"}");
    same("/v3/election/proclaim", "{}");
    same("/v3/lease/revoke", "{\"ID\": 11259375}");
  }

  @Test
  @Order(6)
  void deletesAndCompactions() throws Exception {
    same("/v3/kv/put", "{\"key\": \"Zm9v\", \"value\": \"YmFy\"}");
    same("/v3/kv/deleterange", "{\"key\": \"Zm9v\", \"range_end\": \"Zm9w\", \"prev_kv\": true}");
    same("/v3/kv/deleterange", "{\"key\": \"Zm9v\"}");
    same("/v3/kv/compaction", "{\"revision\": \"5\"}");
    same("/v3/kv/compaction", "{\"revision\": \"5\", \"physical\": true}");
    same("/v3/kv/compaction", "{\"revision\": \"5000\"}");
    same("/v3/kv/range", "{\"key\": \"Zm9v\", \"revision\": 3}");
    String compacted = "{\"create_request\": {\"key\":\"Zm9v\", \"start_revision\":\"2\"}}";
    try (Curl.Lines etcds = etcd.stream("/v3/watch", compacted);
        Curl.Lines balsas = balsa.stream("/v3/watch", compacted)) {
      sameNext(etcds, balsas);
      sameNext(etcds, balsas);
    }
  }

  @Test
  @Order(7)
  void oddRequests() throws Exception {
    same("/v3/kv/put", "{}");
    same("/v3/kv/put", "");
    same("/v3/kv/put", "{\"key\": \"Zm9v\", \"value\": null}");
    same("/v3/kv/put", "{\"key\": \"Zm9v\", \"ignore_value\": true, \"value\": \"YQ==\"}");
    same("/v3/kv/range", "{\"key\": \"Zm9v\", \"sort_order\": 1, \"sort_target\": \"VALUE\"}");
    same("/v3/kv/range", "{\"key\": \"Zm9v\", \"no_such_field\": 1}");
    same("/v3/kv/range", "{\"key\": \"Zm9v\", \"rangeEnd\": \"Zm9w\", \"limit\": \"1\"}");
    same("/v3/lease/grant", "{\"TTL\": \"9000000001\"}");
  }

  /** JSON that is no request: refused by both, each in the words of its own parser. */
  @Test
  @Order(7)
  void requestsThatCantBeRead() throws Exception {
    for (String unreadable :
        List.of(
            "{\"key\": 1}",
            "{\"key\": \"Zm9v\", \"lease\": \"a\"}",
            "{\"key\": \"Zm9v\"",
            "key=foo",
            "[]")) {
      Expected refused = new Expected(400, "\"code\":3");
      differs("/v3/kv/put", unreadable, refused, refused);
    }
  }

  /** The gateway of newer etcds is another than that of 3.4, and so is ours. */
  @Test
  @Order(7)
  void whatTheNewerGatewayAnswersOtherwise() throws Exception {
    Expected notFound = new Expected(404, "Not Found");
    differs("/v3/no/such", "{}", notFound, new Expected(404, "\"message\":\"Not Found\""));
    differs("/v3/kv", "{}", notFound, new Expected(404, "\"message\":\"Not Found\""));
    Expected methodNotAllowed = new Expected(405, "Method Not Allowed");
    Expected notImplemented = new Expected(501, "\"message\":\"Method Not Allowed\"");
    methodNotAllowed.check("GET to etcd", etcd.get("/v3/kv/range"));
    notImplemented.check("GET to balsa", balsa.get("/v3/kv/range"));
    methodNotAllowed.check("DELETE to etcd", etcd.get("/v3/kv/range", "-X", "DELETE"));
    notImplemented.check("DELETE to balsa", balsa.get("/v3/kv/range", "-X", "DELETE"));
    new Expected(200, "{\"health\":\"true\"}").check("health of etcd", etcd.get("/health"));
    new Expected(200, "{\"health\":\"true\",\"reason\":\"\"}")
        .check("health of balsa", balsa.get("/health"));
    differs(
        "/v3/kv/put",
        "null",
        new Expected(400, "key is not provided"),
        new Expected(400, "\"code\":3"));
    // An enum's name that is of the future is passed over like a field of the future.
    differs(
        "/v3/kv/range",
        "{\"key\": \"Zm9v\", \"sort_order\": \"NOPE\"}",
        new Expected(400, "unknown value"),
        new Expected(200, "\"count\":\"1\""));
    // The URL-safe alphabet of base64 is read, too. A key that isn't there, so that both stores
    // stay alike.
    differs(
        "/v3/kv/range",
        "{\"key\": \"_-8=\"}",
        new Expected(400, "illegal base64"),
        new Expected(200, "\"header\""));
  }

  @Test
  @Order(8)
  void authentication() throws Exception {
    same("/v3/auth/user/add", "{\"name\": \"root\", \"password\": \"pass\"}");
    same("/v3/auth/user/add", "{\"name\": \"root\", \"password\": \"pass\"}");
    same("/v3/auth/role/add", "{\"name\": \"root\"}");
    same("/v3/auth/user/grant", "{\"user\": \"root\", \"role\": \"root\"}");
    same("/v3/auth/user/get", "{\"name\": \"root\"}");
    same("/v3/auth/user/list", "{}");
    same("/v3/auth/role/add", "{\"name\": \"reader\"}");
    same(
        "/v3/auth/role/grant",
        "{\"name\": \"reader\", \"perm\": {\"permType\": \"READ\", \"key\": \"Zm9v\"}}");
    same("/v3/auth/role/get", "{\"role\": \"reader\"}");
    same("/v3/auth/role/list", "{}");
    same("/v3/auth/authenticate", "{\"name\": \"root\", \"password\": \"pass\"}");
    same("/v3/auth/enable", "{}");
    same("/v3/kv/put", "{\"key\": \"Zm9v\", \"value\": \"YmFy\"}");
    same("/v3/auth/authenticate", "{\"name\": \"root\", \"password\": \"wrong\"}");
    same("/v3/auth/authenticate", "{\"name\": \"root\", \"password\": \"pass\"}");
    Curl.Reply etcds =
        etcd.post(
            "/v3/kv/put",
            "{\"key\": \"Zm9v\", \"value\": \"YmFy\"}",
            "-H",
            "Authorization: " + token(etcd));
    Curl.Reply balsas =
        balsa.post(
            "/v3/kv/put",
            "{\"key\": \"Zm9v\", \"value\": \"YmFy\"}",
            "-H",
            "Authorization: " + token(balsa));
    assertThat(balsas.status()).isEqualTo(200);
    sameReply("a put with a token", etcds, balsas);
    sameReply(
        "disable",
        etcd.post("/v3/auth/disable", "{}", "-H", "Authorization: " + token(etcd)),
        balsa.post("/v3/auth/disable", "{}", "-H", "Authorization: " + token(balsa)));
  }

  private static String token(Curl server) throws Exception {
    String granted =
        server.post("/v3/auth/authenticate", "{\"name\": \"root\", \"password\": \"pass\"}").body();
    return JsonParser.parseString(granted).getAsJsonObject().get("token").getAsString();
  }

  /** Sends both the same and returns our answer. */
  private Curl.Reply same(String path, String body) throws Exception {
    Curl.Reply ofEtcd = etcd.post(path, body);
    Curl.Reply ofBalsa = balsa.post(path, body);
    sameReply(path + " " + body, ofEtcd, ofBalsa);
    return ofBalsa;
  }

  /**
   * The same text, or the same failure. Failures look as in newer etcds, whose gateway adds "details" to them and says 400
   * where 3.4 says 412.
   */
  private static void sameReply(String what, Curl.Reply ofEtcd, Curl.Reply ofBalsa) {
    if (ofEtcd.status() == 200) {
      assertThat(ofBalsa.status()).as(what).isEqualTo(200);
      assertThat(plain(ofBalsa.body())).as(what).isEqualTo(plain(ofEtcd.body()));
      return;
    }
    int expected = ofEtcd.status() == 412 ? 400 : ofEtcd.status();
    assertThat(ofBalsa.status()).as("%s: %s", what, ofBalsa.body()).isEqualTo(expected);
    JsonObject ours = JsonParser.parseString(ofBalsa.body()).getAsJsonObject();
    assertThat(ours.remove("details")).as(what).isNotNull();
    assertThat(ours).as(what).isEqualTo(JsonParser.parseString(ofEtcd.body()));
  }

  private static void sameNext(Curl.Lines etcds, Curl.Lines balsas) throws Exception {
    assertThat(plain(balsas.next())).isEqualTo(plain(etcds.next()));
  }

  private static String plain(String body) {
    return OWN.matcher(body).replaceAll("\"$1\":\"own\"");
  }

  /** Where we mean to differ: what etcd 3.4 says, and what we say, both as expected. */
  private void differs(String path, String body, Expected ofEtcd, Expected ofBalsa)
      throws Exception {
    ofEtcd.check(path + " to etcd", etcd.post(path, body));
    ofBalsa.check(path + " to balsa", balsa.post(path, body));
  }

  private record Expected(int status, String part) {
    void check(String what, Curl.Reply reply) {
      assertThat(reply.status()).as("%s: %s", what, reply.body()).isEqualTo(status);
      assertThat(reply.body()).as(what).contains(part);
    }
  }
}
