import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;

/** Fetches a Maven release, checks it and unpacks it: {@code java FetchMaven.java VERSION SHA512 TARGET}. */
public final class FetchMaven {
  private static final String GROUP = "org.apache.maven";

  public static void main(String[] args) throws Exception {
    String version = args[0];
    Path target = Path.of(args[2]);
    URI uri = URI.create(repository() + "/org/apache/maven/apache-maven/" + version + "/apache-maven-" + version + "-bin.zip");
    System.err.println("mvnw: fetching Maven " + version);
    Files.createDirectories(target.getParent());
    Path unpacked = Files.createTempDirectory(target.getParent(), "unpacking");
    try {
      Path zip = unpacked.resolve("maven.zip");
      download(uri, zip);
      check(zip, args[1]);
      unzip(zip, unpacked);
      Files.move(unpacked.resolve("apache-maven-" + version), target);
    } catch (FileAlreadyExistsException | java.nio.file.DirectoryNotEmptyException e) {
      System.err.println("mvnw: another build fetched it meanwhile");
    } catch (IOException e) {
      System.err.println("mvnw: can't fetch " + uri.getPath() + ": " + e);
      System.exit(1);
    } finally {
      delete(unpacked);
    }
  }

  /** Maven Central's host is named after Maven's own group, read backwards. */
  private static String repository() {
    String configured = System.getenv("MVNW_REPOURL");
    if (configured != null && !configured.isEmpty()) {
      return configured.replaceAll("/+$", "");
    }
    List<String> labels = Arrays.asList(GROUP.split("\\."));
    Collections.reverse(labels);
    return "https://repo." + String.join(".", labels) + "/maven2";
  }

  private static void download(URI uri, Path zip) throws IOException, InterruptedException {
    HttpClient client =
        HttpClient.newBuilder()
            .connectTimeout(Duration.ofSeconds(30))
            .followRedirects(HttpClient.Redirect.NORMAL)
            .build();
    HttpRequest request = HttpRequest.newBuilder(uri).timeout(Duration.ofMinutes(5)).build();
    int status = client.send(request, HttpResponse.BodyHandlers.ofFile(zip)).statusCode();
    if (status != 200) {
      throw new IOException("the server answered " + status);
    }
  }

  private static void check(Path zip, String sha512) throws Exception {
    byte[] digest = MessageDigest.getInstance("SHA-512").digest(Files.readAllBytes(zip));
    if (!HexFormat.of().formatHex(digest).equals(sha512)) {
      throw new IOException("its SHA-512 isn't the one in .mvn/wrapper/maven.properties");
    }
  }

  private static void unzip(Path zip, Path into) throws IOException {
    try (ZipInputStream in = new ZipInputStream(Files.newInputStream(zip))) {
      for (ZipEntry entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
        Path path = into.resolve(entry.getName()).normalize();
        if (!path.startsWith(into)) {
          throw new IOException("the archive has an entry outside of it: " + entry.getName());
        }
        if (entry.isDirectory()) {
          Files.createDirectories(path);
        } else {
          unpack(in, path);
        }
      }
    }
  }

  private static void unpack(InputStream in, Path path) throws IOException {
    Files.createDirectories(path.getParent());
    Files.copy(in, path);
    if (path.getParent().endsWith("bin") && !path.toFile().setExecutable(true)) {
      throw new IOException("can't make " + path + " executable");
    }
  }

  private static void delete(Path directory) throws IOException {
    try (var paths = Files.walk(directory)) {
      for (Path path : paths.sorted(Collections.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }
}
