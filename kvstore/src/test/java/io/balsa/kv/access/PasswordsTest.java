package io.balsa.kv.access;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class PasswordsTest {
  private final Passwords passwords = new Passwords(4);

  @AfterEach
  void close() {
    passwords.close();
  }

  private boolean matches(String password, String hash) {
    return passwords.matches(password, ByteString.copyFromUtf8(hash)).join();
  }

  @Test
  void aPasswordMatchesItsOwnHashOnly() {
    String hash = passwords.hash("sésame").join();
    assertThat(hash).startsWith("$2a$04$").doesNotContain("same");
    assertThat(matches("sésame", hash)).isTrue();
    assertThat(matches("sesame", hash)).isFalse();
    assertThat(passwords.hash("sésame").join()).as("salted").isNotEqualTo(hash);
  }

  @Test
  void theEndOfALongPasswordCounts() {
    String hash = passwords.hash("x".repeat(100) + "y").join();
    assertThat(matches("x".repeat(100) + "y", hash)).isTrue();
    assertThat(matches("x".repeat(100) + "z", hash)).isFalse();
  }

  @Test
  void anEmptyPasswordIsAPasswordToo() {
    String hash = passwords.hash("").join();
    assertThat(matches("", hash)).isTrue();
    assertThat(matches("x", hash)).isFalse();
  }

  @Test
  void nobodysPasswordIsNone() {
    assertThat(passwords.matchesNobodys("x").join()).isFalse();
    assertThat(matches("x", "not a hash")).isFalse();
  }
}
