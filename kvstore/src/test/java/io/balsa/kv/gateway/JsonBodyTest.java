package io.balsa.kv.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import io.balsa.kv.proto.LeaseKeepAliveRequest;
import io.balsa.kv.proto.PutRequest;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class JsonBodyTest {

  @Test
  void anEmptyBodyHoldsNoRequest() throws Exception {
    assertThat(keepAlives("")).isEmpty();
    assertThat(keepAlives(" \r\n\t ")).isEmpty();
  }

  @Test
  void requestsFollowEachOtherWithOrWithoutBlanks() throws Exception {
    assertThat(keepAlives("{\"ID\":1}{\"ID\":\"2\"} \n{ \"ID\" : 3 }\n"))
        .containsExactly(1L, 2L, 3L);
  }

  @Test
  void bracesAndQuotesInStringsEndNothing() throws Exception {
    assertThat(keepAlives("{\"x\":\"}\\\"}{\",\"ID\":1}{\"y\":[{},\"]\"],\"ID\":2}"))
        .containsExactly(1L, 2L);
  }

  @Test
  void largeNumbersKeepEveryDigitAsStringsAndAsNumbers() throws Exception {
    assertThat(keepAlives("{\"ID\":9223372036854775807}{\"ID\":\"9223372036854775807\"}"))
        .containsExactly(Long.MAX_VALUE, Long.MAX_VALUE);
  }

  @Test
  void bothSpellingsOfNamesAndBothAlphabetsOfBytesAreRead() throws Exception {
    ByteString bytes = ByteString.copyFrom(new byte[] {-1, -17});
    for (String body :
        List.of("{\"prev_kv\":true,\"value\":\"/+8=\"}", "{\"prevKv\":true,\"value\":\"_-8\"}")) {
      Message put = body(body, PutRequest.getDefaultInstance()).take().orElseThrow();
      assertThat(put).isEqualTo(PutRequest.newBuilder().setPrevKv(true).setValue(bytes).build());
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{",
        "}",
        "[]",
        "3",
        "null",
        "\"x\"",
        "{\"ID\":}",
        "{\"ID\":\"x\"}",
        "{\"ID\":1",
        "key=value"
      })
  void whatIsNoRequestIsRefused(String body) {
    JsonBody requests = body(body, LeaseKeepAliveRequest.getDefaultInstance());
    assertThatThrownBy(requests::take).isInstanceOf(InvalidProtocolBufferException.class);
  }

  @Test
  void nestingWithoutEndIsRefusedAndNotFollowed() {
    JsonBody requests = body("{\"a\":".repeat(100_000), LeaseKeepAliveRequest.getDefaultInstance());
    assertThatThrownBy(requests::take).isInstanceOf(InvalidProtocolBufferException.class);
  }

  private static List<Long> keepAlives(String json) throws InvalidProtocolBufferException {
    JsonBody body = body(json, LeaseKeepAliveRequest.getDefaultInstance());
    List<Long> ids = new ArrayList<>();
    for (Optional<Message> next = body.take(); next.isPresent(); next = body.take()) {
      ids.add(((LeaseKeepAliveRequest) next.get()).getID());
    }
    return ids;
  }

  private static JsonBody body(String json, Message prototype) {
    return new JsonBody(json.getBytes(StandardCharsets.UTF_8), prototype);
  }
}
