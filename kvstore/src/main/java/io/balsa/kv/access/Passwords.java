package io.balsa.kv.access;

import at.favre.lib.crypto.bcrypt.BCrypt;
import at.favre.lib.crypto.bcrypt.LongPasswordStrategies;
import com.google.protobuf.ByteString;
import io.balsa.kv.model.KvError;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Hashes and compares passwords with bcrypt, which takes a twentieth of a second and is meant to: so on threads of its own, at
 * most half of the processors. Thread-safe.
 */
public final class Passwords implements AutoCloseable {
  private static final int QUEUE_MAX = 1024;

  /** Longer ones than bcrypt can take are digested first, never cut off. */
  private static final BCrypt.Version VERSION = BCrypt.Version.VERSION_2A;

  private final int cost;
  private final ThreadPoolExecutor threads;

  /** What is compared with for a user that doesn't exist, so that the answer takes as long. */
  private final byte[] nobodys;

  /**
   * @param cost the logarithm of the work: 4 to 31
   */
  public Passwords(int cost) {
    this.cost = cost;
    int threadCount = Math.max(1, Runtime.getRuntime().availableProcessors() / 2);
    this.threads =
        new ThreadPoolExecutor(
            threadCount,
            threadCount,
            10,
            TimeUnit.SECONDS,
            new ArrayBlockingQueue<>(QUEUE_MAX),
            work -> {
              Thread thread = new Thread(work, "kv-password");
              thread.setDaemon(true);
              return thread;
            });
    threads.allowCoreThreadTimeOut(true);
    this.nobodys = unusableHash(cost);
  }

  /** Of the right form and cost, and the hash of no known password; made without the work. */
  private static byte[] unusableHash(int cost) {
    String hash = String.format("$2a$%02d$%s", cost, ".".repeat(53));
    return hash.getBytes(StandardCharsets.US_ASCII);
  }

  /** The hash to be stored. */
  public CompletableFuture<String> hash(String password) {
    return run(
        () -> {
          byte[] hash =
              BCrypt.with(VERSION, LongPasswordStrategies.hashSha512(VERSION))
                  .hash(cost, password.getBytes(StandardCharsets.UTF_8));
          return new String(hash, StandardCharsets.US_ASCII);
        });
  }

  /** Whether the password is the one that was hashed. */
  public CompletableFuture<Boolean> matches(String password, ByteString hash) {
    return matches(password, hash.toByteArray());
  }

  /** False, after as long as another comparison takes. */
  public CompletableFuture<Boolean> matchesNobodys(String password) {
    return matches(password, nobodys).thenApply(matched -> false);
  }

  private CompletableFuture<Boolean> matches(String password, byte[] hash) {
    return run(
        () ->
            BCrypt.verifyer(VERSION, LongPasswordStrategies.hashSha512(VERSION))
                .verify(password.getBytes(StandardCharsets.UTF_8), hash)
                .verified);
  }

  private <T> CompletableFuture<T> run(Supplier<T> work) {
    try {
      return CompletableFuture.supplyAsync(work, threads);
    } catch (RejectedExecutionException full) {
      KvError error = threads.isShutdown() ? KvError.SERVER_STOPPED : KvError.TOO_MANY_REQUESTS;
      return CompletableFuture.failedFuture(error.exception());
    }
  }

  /** What was accepted is still done. */
  @Override
  public void close() {
    threads.shutdown();
  }
}
