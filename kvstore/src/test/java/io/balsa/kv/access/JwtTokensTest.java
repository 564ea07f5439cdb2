package io.balsa.kv.access;

import static io.balsa.kv.auth.Auths.caller;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.PlainJWT;
import com.nimbusds.jwt.SignedJWT;
import io.balsa.kv.auth.AuthChange;
import io.balsa.kv.auth.AuthState;
import io.balsa.kv.auth.Auths;
import io.balsa.kv.command.KvCommand;
import io.balsa.kv.model.KvError;
import io.balsa.kv.proto.AuthUserChangePasswordRequest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.spec.ECGenParameterSpec;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.Base64;
import java.util.Date;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class JwtTokensTest {
  private static final Clock NOON =
      Clock.fixed(Instant.parse("2030-01-01T12:00:00Z"), ZoneOffset.UTC);

  /** One for all: to find one takes seconds. */
  private static final KeyPair RSA = rsaPair();

  @TempDir private Path dir;

  private static KeyPair rsaPair() {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
      generator.initialize(2048);
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new AssertionError("every Java has RSA", e);
    }
  }

  private static AuthState on() {
    AuthState state = AuthChange.of(Auths.userAdd("u").build(), AuthState.INITIAL);
    for (KvCommand.Builder command : Auths.rootAndEnable()) {
      state = AuthChange.of(command.build(), state);
    }
    return state;
  }

  private static JwtConfig parse(String options) {
    return JwtConfig.parse(
        options, text -> Duration.ofMinutes(Long.parseLong(text.replace("m", ""))));
  }

  private static JwtTokens tokens(String options, Clock clock) {
    return new JwtTokens(parse(options), clock);
  }

  private String pem(String name, String label, byte[] content) throws IOException {
    String text =
        "-----BEGIN %s-----\n%s\n-----END %s-----\n"
            .formatted(label, Base64.getMimeEncoder().encodeToString(content), label);
    return Files.writeString(dir.resolve(name), text).toString();
  }

  private String rsa(String method) throws IOException {
    KeyPair pair = RSA;
    return "pub-key="
        + pem("pub", "PUBLIC KEY", pair.getPublic().getEncoded())
        + ",priv-key="
        + pem("priv", "PRIVATE KEY", pair.getPrivate().getEncoded())
        + ",sign-method="
        + method;
  }

  private String hmac() throws IOException {
    Path secret = Files.write(dir.resolve("secret"), new byte[32]);
    return "priv-key=" + secret + ",sign-method=HS256";
  }

  private static String issue(JwtTokens tokens, AuthState auth) {
    return tokens.issue(caller("u", auth.revision())).join();
  }

  private static void refused(JwtTokens tokens, String token, AuthState auth, KvError error) {
    assertThatThrownBy(() -> tokens.resolve(token, auth)).hasMessage(error.text());
  }

  @Test
  void everyMethodSignsWhatItVerifies() throws Exception {
    AuthState auth = on();
    KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(new ECGenParameterSpec("secp256r1"));
    KeyPair pair = generator.generateKeyPair();
    String ec =
        "pub-key="
            + pem("ec-pub", "PUBLIC KEY", pair.getPublic().getEncoded())
            + ",priv-key="
            + pem("ec-priv", "PRIVATE KEY", pair.getPrivate().getEncoded())
            + ",sign-method=ES256";
    for (String options : new String[] {rsa("RS256"), rsa("PS512"), ec, hmac()}) {
      JwtTokens tokens = tokens(options, NOON);
      assertThat(tokens.resolve(issue(tokens, auth), auth))
          .as(options)
          .isEqualTo(caller("u", auth.revision()));
    }
  }

  @Test
  void aPrivateKeyInItsOldFormBringsItsPublicKeyWithIt() throws Exception {
    byte[] pkcs8 = RSA.getPrivate().getEncoded();
    byte[] pkcs1 = Arrays.copyOfRange(pkcs8, 26, pkcs8.length);
    String options =
        "priv-key=" + pem("old", "RSA PRIVATE KEY", pkcs1) + ",sign-method=RS256,ttl=10m";
    JwtTokens tokens = tokens(options, NOON);
    assertThat(tokens.resolve(issue(tokens, on()), on()).getUser()).isEqualTo("u");
  }

  @Test
  void whoHoldsThePublicKeyOnlyVerifiesAndSignsNothing() throws Exception {
    String options = rsa("RS256");
    String token = issue(tokens(options, NOON), on());
    JwtTokens verifier = tokens(options.replaceAll("priv-key=[^,]*,", ""), NOON);
    assertThat(verifier.resolve(token, on()).getUser()).isEqualTo("u");
    assertThatThrownBy(() -> issue(verifier, on()))
        .hasStackTraceContaining(KvError.INVALID_AUTH_TOKEN.text());
  }

  @Test
  void aTokenEndsWithItsTimeAndWithItsUsersPassword() throws Exception {
    String options = hmac() + ",ttl=10m";
    AuthState auth = on();
    String token = issue(tokens(options, NOON), auth);
    JwtTokens later = tokens(options, Clock.offset(NOON, Duration.ofMinutes(9)));
    assertThat(later.resolve(token, auth).getUser()).isEqualTo("u");
    AuthState moreRoles = AuthChange.of(Auths.roleAdd("r").build(), auth);
    assertThat(later.resolve(token, moreRoles).getAuthRevision()).isEqualTo(moreRoles.revision());
    AuthState changed =
        AuthChange.of(
            KvCommand.newBuilder()
                .setUserChangePassword(AuthUserChangePasswordRequest.newBuilder().setName("u"))
                .build(),
            auth);
    refused(later, token, changed, KvError.AUTH_OLD_REVISION);
    refused(later, token, AuthState.INITIAL, KvError.INVALID_AUTH_TOKEN);
    JwtTokens tooLate = tokens(options, Clock.offset(NOON, Duration.ofMinutes(10)));
    refused(tooLate, token, auth, KvError.INVALID_AUTH_TOKEN);
  }

  @Test
  void whatWeDidNotSignIsNobodys() throws Exception {
    AuthState auth = on();
    JwtTokens tokens = tokens(hmac(), NOON);
    String token = issue(tokens, auth);
    JWTClaimsSet claims =
        new JWTClaimsSet.Builder()
            .claim("username", "root")
            .claim("revision", auth.revision())
            .expirationTime(Date.from(NOON.instant().plusSeconds(60)))
            .build();
    SignedJWT foreign = new SignedJWT(new JWSHeader(JWSAlgorithm.HS256), claims);
    foreign.sign(new MACSigner("another secret of thirty-two bytes"));
    String[] parts = token.split("\\.", -1);
    String otherClaims = foreign.serialize().split("\\.", -1)[1];
    for (String forged :
        new String[] {
          "",
          "x",
          foreign.serialize(),
          new PlainJWT(claims).serialize(),
          parts[0] + "." + otherClaims + "." + parts[2],
          parts[0] + "." + parts[1] + "."
        }) {
      refused(tokens, forged, auth, KvError.INVALID_AUTH_TOKEN);
      assertThat(tokens.mayBeUnderWay(forged, AuthState.INITIAL)).isFalse();
    }
    assertThat(tokens.mayBeUnderWay(token, AuthState.INITIAL)).isTrue();
    assertThat(tokens.mayBeUnderWay(token, auth)).isFalse();
  }

  @Test
  void theMethodIsOursAndNotTheTokens() throws Exception {
    String options = rsa("RS256");
    AuthState auth = on();
    String token = issue(tokens(options, NOON), auth);
    refused(
        tokens(options.replace("RS256", "RS512"), NOON), token, auth, KvError.INVALID_AUTH_TOKEN);
  }

  @Test
  void optionsThatDoNotSayHowToSignAreRefused() throws Exception {
    String rsa = rsa("RS256");
    for (String wrong :
        new String[] {
          "",
          "sign-method=RS256",
          "priv-key=/nowhere,sign-method=RS256",
          rsa.replace("RS256", "XS256"),
          rsa.replace("RS256", "ES256"),
          rsa.replace("sign-method=RS256", "ttl=5m"),
          rsa + ",ttl=0m",
          rsa + ",colour=red",
          rsa + ",sign-method=RS256",
          hmac().replace("priv-key", "pub-key")
        }) {
      assertThatThrownBy(() -> parse(wrong)).as(wrong).isInstanceOf(IllegalArgumentException.class);
    }
  }
}
