package io.balsa.kv.access;

import static io.balsa.kv.auth.Auths.caller;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.balsa.kv.auth.Auths;
import io.balsa.kv.command.CommandCodec;
import io.balsa.kv.command.KvCommand;
import io.balsa.kv.command.TokenIssue;
import io.balsa.kv.model.KvError;
import io.balsa.kv.model.MemberId;
import io.balsa.kv.request.ImmediateReplica;
import io.balsa.kv.request.RequestRouter;
import io.balsa.kv.state.ApplyListener;
import io.balsa.kv.state.KvResult;
import io.balsa.kv.state.KvStateConfig;
import io.balsa.kv.state.KvStateMachine;
import io.balsa.raft.model.EntryId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Two members on one log; the test says when the second hears of an entry, and what time it is. */
final class SimpleTokensTest {
  private static final Duration TTL = Duration.ofSeconds(300);

  private final KvStateMachine state =
      KvStateMachine.inMemory(KvStateConfig.DEFAULT.withoutBackgroundCompaction());
  private final RequestRouter router =
      new RequestRouter(
          new ImmediateReplica(state),
          1,
          new MemberId(1),
          RequestRouter.Limits.of(1 << 20, Duration.ofSeconds(1)));
  private final AtomicLong now = new AtomicLong(-1);
  private long otherApplied;
  private final SimpleTokens tokens =
      new SimpleTokens(router, () -> state.lastApplied().index(), TTL, now::get);
  private final SimpleTokens other = new SimpleTokens(router, () -> otherApplied, TTL, now::get);
  private final List<TokenIssue> logged = new ArrayList<>();

  @BeforeEach
  void switchOn() {
    state.setListener(
        new ApplyListener() {
          @Override
          public void onTokenIssued(TokenIssue token) {
            logged.add(token);
          }
        });
    apply(Auths.userAdd("u"));
    Auths.rootAndEnable().forEach(this::apply);
  }

  private void apply(KvCommand.Builder command) {
    EntryId id = new EntryId(1, state.lastApplied().index() + 1);
    assertThat(state.apply(id, CommandCodec.encode(command))).isInstanceOf(KvResult.Ok.class);
  }

  @AfterEach
  void close() {
    router.close();
    state.close();
  }

  private String issue() {
    return tokens.issue(caller("u", state.auth().revision())).join();
  }

  private static void invalid(Runnable attempt) {
    assertThatThrownBy(attempt::run).hasMessage(KvError.INVALID_AUTH_TOKEN.text());
  }

  @Test
  void theLogHoldsNothingThatLetsAnybodyIn() {
    String token = issue();
    assertThat(tokens.resolve(token, state.auth()).getUser()).isEqualTo("u");
    String secret = token.substring(0, token.indexOf('.'));
    assertThat(secret).hasSize(32);
    assertThat(logged.get(0).toString()).doesNotContain(secret);
    String digest = logged.get(0).getDigest().toStringUtf8();
    invalid(() -> tokens.resolve(digest, state.auth()));
  }

  @Test
  void aTokenLivesOnlyAsLongAsItIsUsed() {
    String token = issue();
    for (int i = 0; i < 3; i++) {
      now.addAndGet(TTL.toNanos());
      assertThat(tokens.resolve(token, state.auth()).getUser()).isEqualTo("u");
    }
    now.addAndGet(TTL.toNanos() + 1);
    invalid(() -> tokens.resolve(token, state.auth()));
    now.addAndGet(-TTL.toNanos());
    invalid(() -> tokens.resolve(token, state.auth()));
  }

  @Test
  void aMemberThatLagsSaysThatATokenMayBeUnderWay() {
    String token = issue();
    otherApplied = state.lastApplied().index() - 1;
    other.onCaughtUp();
    invalid(() -> other.resolve(token, state.auth()));
    assertThat(other.mayBeUnderWay(token, state.auth())).isTrue();
    other.onIssued(logged.get(0));
    otherApplied++;
    assertThat(other.mayBeUnderWay(token, state.auth())).isFalse();
    assertThat(other.resolve(token, state.auth()).getUser()).isEqualTo("u");
    assertThat(other.mayBeUnderWay("x", state.auth())).isFalse();
    assertThat(other.mayBeUnderWay("x.y", state.auth())).isFalse();
  }

  @Test
  void anEntryThatIsAppliedAgainAtAStartBringsNoTokenBack() {
    String token = issue();
    other.onIssued(logged.get(0));
    other.onCaughtUp();
    invalid(() -> other.resolve(token, state.auth()));
  }

  @Test
  void aTokenIsResolvedToARevisionOfNow() {
    String token = issue();
    apply(Auths.roleAdd("r").setCaller(caller("root", state.auth().revision())));
    assertThat(tokens.resolve(token, state.auth()).getAuthRevision())
        .isEqualTo(state.auth().revision());
  }
}
