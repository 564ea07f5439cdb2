package io.balsa.raft.testkit.zoo;

import io.balsa.raft.testkit.simulator.Extent;
import io.balsa.raft.testkit.simulator.SeedRunner;
import io.balsa.raft.testkit.simulator.SimulatorSeeds;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.StringWriter;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import javax.tools.FileObject;
import javax.tools.ForwardingJavaFileManager;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileManager;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.StandardLocation;
import javax.tools.ToolProvider;

/**
 * The project's classes once more, with a bug compiled in: a class loader that defines them anew, so that the production
 * code needs no hook for its bugs.
 */
final class PatchedCore extends ClassLoader {
  private static final String OURS = "io.balsa.raft.";

  /** How bugs are called that only clients with sessions can find. */
  private static final String SESSION = "SESSION_";

  /** What both worlds share, with all that is nested in it. */
  private static final List<String> SHARED =
      List.of(SeedRunner.class.getName(), Extent.class.getName());

  /** Used by the sources, needed by no class, and not there where the simulator runs from the command line. */
  private static final String NULLABLE = "org/jspecify/annotations/Nullable.class";

  private static final String NULLABLE_TEXT =
      """
      package org.jspecify.annotations;

      @java.lang.annotation.Target(java.lang.annotation.ElementType.TYPE_USE)
      public @interface Nullable {}
      """;

  private final Map<String, byte[]> patched;

  private PatchedCore(Map<String, byte[]> patched) {
    super(PatchedCore.class.getClassLoader());
    this.patched = patched;
  }

  /** The simulator, against a core with the bug. */
  static SeedRunner with(CoreBug bug) {
    try (Compiled compiled = Compiled.of(bug)) {
      // The one place that can't name the class it wants: it is another one than the one named
      // here.
      return new PatchedCore(compiled.classes())
          .loadClass(runner(bug).getName())
          .asSubclass(SeedRunner.class)
          .getDeclaredConstructor()
          .newInstance();
    } catch (ReflectiveOperationException | IOException e) {
      throw new IllegalStateException("the core with " + bug.name() + " can't be loaded", e);
    }
  }

  private static Class<?> runner(CoreBug bug) {
    return bug.name().startsWith(SESSION) ? SessionSeeds.class : SimulatorSeeds.class;
  }

  @Override
  protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
    if (!name.startsWith(OURS) || SHARED.stream().anyMatch(name::startsWith)) {
      return super.loadClass(name, resolve);
    }
    synchronized (getClassLoadingLock(name)) {
      Class<?> loaded = findLoadedClass(name);
      return loaded == null ? findClass(name) : loaded;
    }
  }

  @Override
  protected Class<?> findClass(String name) throws ClassNotFoundException {
    byte[] bytes = patched.containsKey(name) ? patched.get(name) : original(name);
    return defineClass(name, bytes, 0, bytes.length);
  }

  private byte[] original(String name) throws ClassNotFoundException {
    try (InputStream in = getParent().getResourceAsStream(name.replace('.', '/') + ".class")) {
      if (in == null) {
        throw new ClassNotFoundException(name);
      }
      return in.readAllBytes();
    } catch (IOException e) {
      throw new ClassNotFoundException(name, e);
    }
  }

  /** Keeps what the compiler makes of the patched files in memory; everything else is on the class path. */
  private static final class Compiled extends ForwardingJavaFileManager<JavaFileManager> {
    private final Map<String, ByteArrayOutputStream> outputs = new TreeMap<>();

    private Compiled(JavaFileManager files) {
      super(files);
    }

    static Compiled of(CoreBug bug) {
      JavaCompiler compiler =
          Objects.requireNonNull(ToolProvider.getSystemJavaCompiler(), "needs a JDK, not a JRE");
      Compiled files = new Compiled(compiler.getStandardFileManager(null, null, null));
      List<Source> sources = new ArrayList<>();
      Sources.patched(bug)
          .forEach((file, text) -> sources.add(new Source("io/balsa/raft/" + file, text)));
      StringWriter messages = new StringWriter();
      List<String> options =
          List.of("-nowarn", "-proc:none", "-cp", System.getProperty("java.class.path"));
      if (PatchedCore.class.getResource("/" + NULLABLE) == null) {
        sources.add(new Source(NULLABLE.replace(".class", ".java"), NULLABLE_TEXT));
      }
      if (!sources.isEmpty()
          && !compiler.getTask(messages, files, null, options, null, sources).call()) {
        throw new IllegalStateException(bug.name() + " doesn't compile:\n" + messages);
      }
      return files;
    }

    Map<String, byte[]> classes() {
      Map<String, byte[]> classes = new TreeMap<>();
      outputs.forEach((name, bytes) -> classes.put(name, bytes.toByteArray()));
      return classes;
    }

    @Override
    public JavaFileObject getJavaFileForOutput(
        Location location, String className, JavaFileObject.Kind kind, FileObject sibling)
        throws IOException {
      if (location != StandardLocation.CLASS_OUTPUT) {
        return super.getJavaFileForOutput(location, className, kind, sibling);
      }
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      outputs.put(className, bytes);
      return new Output(className, bytes);
    }
  }

  private static final class Source extends SimpleJavaFileObject {
    private final String text;

    Source(String file, String text) {
      super(URI.create("patched:///" + file), Kind.SOURCE);
      this.text = text;
    }

    @Override
    public CharSequence getCharContent(boolean ignoreEncodingErrors) {
      return text;
    }
  }

  private static final class Output extends SimpleJavaFileObject {
    private final ByteArrayOutputStream bytes;

    Output(String className, ByteArrayOutputStream bytes) {
      super(URI.create("memory:///" + className), Kind.CLASS);
      this.bytes = bytes;
    }

    @Override
    public OutputStream openOutputStream() {
      return bytes;
    }
  }
}
