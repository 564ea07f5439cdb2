package io.balsa.kv.access;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSSigner;
import com.nimbusds.jose.JWSVerifier;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.ECDSAVerifier;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.crypto.MACVerifier;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.crypto.RSASSAVerifier;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.InvalidKeyException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPrivateCrtKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.RSAPublicKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What signs tokens and what verifies them. Thread-safe.
 *
 * @param signer empty on a member that holds the public key only
 */
public record JwtKeys(Optional<JWSSigner> signer, JWSVerifier verifier) {
  private static final Pattern PEM =
      Pattern.compile("-----BEGIN ([A-Z ]+)-----([A-Za-z0-9+/=\\s]+)-----END \\1-----");

  /** What stands before an RSA key in its old form (PKCS #1) to make it the new one (PKCS #8): version 0, algorithm RSA. */
  private static final byte[] RSA_PREFIX = {
    0x02,
    0x01,
    0x00,
    0x30,
    0x0d,
    0x06,
    0x09,
    0x2a,
    (byte) 0x86,
    0x48,
    (byte) 0x86,
    (byte) 0xf7,
    0x0d,
    0x01,
    0x01,
    0x01,
    0x05,
    0x00
  };

  /**
   * Keys in PEM files; for the HS methods the private key is the secret itself, as it stands.
   *
   * @throws GeneralSecurityException if a key is missing, broken, or not one for the method
   */
  static JwtKeys of(
      JWSAlgorithm algorithm, byte @Nullable [] publicKey, byte @Nullable [] privateKey)
      throws GeneralSecurityException {
    if (publicKey == null && privateKey == null) {
      throw new InvalidKeyException("neither pub-key nor priv-key is given");
    }
    try {
      if (JWSAlgorithm.Family.HMAC_SHA.contains(algorithm)) {
        return hmac(privateKey);
      }
      if (JWSAlgorithm.Family.RSA.contains(algorithm)) {
        return rsa(publicKey, privateKey);
      }
      if (JWSAlgorithm.Family.EC.contains(algorithm)) {
        return ec(publicKey, privateKey);
      }
    } catch (JOSEException | ClassCastException e) {
      throw new InvalidKeyException(e.getMessage(), e);
    }
    throw new InvalidKeyException("sign-method is RS, PS, ES or HS with 256, 384 or 512");
  }

  private static JwtKeys hmac(byte @Nullable [] secret) throws JOSEException, InvalidKeyException {
    if (secret == null) {
      throw new InvalidKeyException("priv-key, the secret, is missing");
    }
    return new JwtKeys(Optional.of(new MACSigner(secret)), new MACVerifier(secret));
  }

  private static JwtKeys rsa(byte @Nullable [] publicKey, byte @Nullable [] privateKey)
      throws GeneralSecurityException {
    KeyFactory factory = KeyFactory.getInstance("RSA");
    if (privateKey == null) {
      return new JwtKeys(
          Optional.empty(), new RSASSAVerifier((RSAPublicKey) publicKey(factory, publicKey)));
    }
    RSAPrivateCrtKey secret = (RSAPrivateCrtKey) privateKey(factory, privateKey);
    RSAPublicKey known =
        publicKey == null
            ? (RSAPublicKey)
                factory.generatePublic(
                    new RSAPublicKeySpec(secret.getModulus(), secret.getPublicExponent()))
            : (RSAPublicKey) publicKey(factory, publicKey);
    return new JwtKeys(Optional.of(new RSASSASigner(secret)), new RSASSAVerifier(known));
  }

  private static JwtKeys ec(byte @Nullable [] publicKey, byte @Nullable [] privateKey)
      throws GeneralSecurityException, JOSEException {
    KeyFactory factory = KeyFactory.getInstance("EC");
    JWSVerifier verifier = new ECDSAVerifier((ECPublicKey) publicKey(factory, publicKey));
    if (privateKey == null) {
      return new JwtKeys(Optional.empty(), verifier);
    }
    return new JwtKeys(
        Optional.of(new ECDSASigner((ECPrivateKey) privateKey(factory, privateKey))), verifier);
  }

  private static PublicKey publicKey(KeyFactory factory, byte @Nullable [] pem)
      throws GeneralSecurityException {
    if (pem == null) {
      throw new InvalidKeyException("pub-key is missing");
    }
    Matcher found = find(pem);
    if (!found.group(1).equals("PUBLIC KEY")) {
      throw new InvalidKeyException("pub-key holds a " + found.group(1));
    }
    return factory.generatePublic(new X509EncodedKeySpec(content(found)));
  }

  private static PrivateKey privateKey(KeyFactory factory, byte[] pem)
      throws GeneralSecurityException {
    Matcher found = find(pem);
    byte[] der =
        switch (found.group(1)) {
          case "PRIVATE KEY" -> content(found);
          case "RSA PRIVATE KEY" -> wrapped(content(found));
          default -> throw new InvalidKeyException("priv-key holds a " + found.group(1));
        };
    return factory.generatePrivate(new PKCS8EncodedKeySpec(der));
  }

  private static Matcher find(byte[] pem) throws InvalidKeyException {
    Matcher matcher = PEM.matcher(new String(pem, StandardCharsets.ISO_8859_1));
    if (!matcher.find()) {
      throw new InvalidKeyException("no key in PEM form");
    }
    return matcher;
  }

  private static byte[] content(Matcher pem) {
    return Base64.getMimeDecoder().decode(pem.group(2));
  }

  private static byte[] wrapped(byte[] pkcs1) {
    byte[] key = tagged(0x04, pkcs1);
    byte[] body =
        ByteBuffer.allocate(RSA_PREFIX.length + key.length).put(RSA_PREFIX).put(key).array();
    return tagged(0x30, body);
  }

  /** DER: tag, length in two bytes, content. */
  private static byte[] tagged(int tag, byte[] content) {
    return ByteBuffer.allocate(4 + content.length)
        .put((byte) tag)
        .put((byte) 0x82)
        .putShort((short) content.length)
        .put(content)
        .array();
  }
}
