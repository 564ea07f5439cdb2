package io.balsa.kv.ctl;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.PrintWriter;
import java.io.StringWriter;

/** One command line of {@code balsactl}, run in this JVM, and what it answered. */
public record Ctl(int exitCode, String out, String err) {

  /** Runs it, whatever comes of it. */
  public static Ctl run(String... args) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    int code = BalsaCtl.execute(new PrintWriter(out, true), new PrintWriter(err, true), args);
    return new Ctl(code, out.toString(), err.toString());
  }

  /** Runs it and wants it done. */
  public static Ctl done(String... args) {
    Ctl answer = run(args);
    assertThat(answer.exitCode()).as("%s", answer).isZero();
    return answer;
  }

  /** Runs it and wants it to fail with one line that contains this. */
  public static Ctl refused(String message, String... args) {
    Ctl answer = run(args);
    assertThat(answer.exitCode()).as("%s", answer).isEqualTo(1);
    assertThat(answer.err()).contains(message).startsWith("balsactl: ").hasLineCount(1);
    return answer;
  }

  /** What it printed, as one object. */
  public JsonObject json() {
    return JsonParser.parseString(out).getAsJsonObject();
  }
}
