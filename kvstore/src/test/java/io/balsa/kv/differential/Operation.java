package io.balsa.kv.differential;

import com.google.protobuf.Message;
import com.google.protobuf.TextFormat;
import java.util.regex.Pattern;

/**
 * One request, with {@link Symbols} for what isn't known when it is drawn. Immutable.
 *
 * @param stream which of a client's streams of watches it goes to; 0 for other calls
 */
record Operation(Call call, Message request, int stream) {
  private static final int TEXT_MAX = 4000;

  /** A large value. */
  private static final Pattern MANY_ZEROS = Pattern.compile("(\\\\000){20,}+");

  Operation(Call call, Message request) {
    this(call, request, 0);
  }

  /** The call and its request in protobuf's text form, symbols by name. */
  @Override
  public String toString() {
    String where = call == Call.WATCH ? " on stream " + stream : "";
    return call + where + " {" + text(request) + "}";
  }

  static String text(Message message) {
    String text =
        MANY_ZEROS
            .matcher(
                Symbols.named(TextFormat.printer().emittingSingleLine(true).printToString(message)))
            .replaceAll("…");
    return text.length() <= TEXT_MAX
        ? text
        : text.substring(0, TEXT_MAX) + "… (" + text.length() + " characters)";
  }
}
