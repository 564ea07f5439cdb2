package io.balsa.kv.server;

import java.util.List;

/** The server with a planted bug: its name, then the server's own flags. */
public final class BuggyMain {
  private BuggyMain() {}

  public static void main(String[] args) {
    int code = BalsaMain.run(List.of(args).subList(1, args.length), PlantedBug.valueOf(args[0]));
    if (code != 0) {
      System.exit(code);
    }
  }
}
