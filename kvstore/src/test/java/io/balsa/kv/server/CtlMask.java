package io.balsa.kv.server;

import java.util.regex.Pattern;

/** What no two runs have in common, and neither may be compared; each as narrow as it can be. */
enum CtlMask {
  /** Terms count elections. */
  TERM_JSON("\"raft_?[tT]erm\":\\d+", "\"raft_term\":T"),
  TERM_FIELDS("\"RaftTerm\" : \\d+", "\"RaftTerm\" : T"),
  /** Members publish themselves in an order of their own, and repeat it. */
  INDEX_JSON("\"(raftIndex|raftAppliedIndex)\":\\d+", "\"$1\":I"),
  INDEX_FIELDS("\"(RaftIndex|RaftAppliedIndex)\" : \\d+", "\"$1\" : I"),
  TERM_AND_INDEX_LINE("(true|false), (true|false), \\d+, \\d+, \\d+, ", "$1, $2, T, I, I, "),
  TERM_AND_INDEX_TABLE(
      "(true|false) \\| +(true|false) \\| +\\d+ \\| +\\d+ \\| +\\d+ \\|", "$1 | $2 | T | I | I |"),
  /** How large a store is on the disk is its own affair. */
  SIZE_JSON("\"(dbSize|dbSizeInUse)\":\\d+", "\"$1\":S"),
  SIZE_FIELDS("\"DBSize\" : \\d+", "\"DBSize\" : S"),
  SIZE_TEXT("\\b\\d+(\\.\\d+)? [kM]?B\\b", "S"),
  VERSION("(\"version\":\"|\"Version\" : \"|, |\\| +)3\\.\\d+\\.\\d+(?=[\",]| \\|)", "$1V"),
  /** Both hash what they keep, in their own form. */
  HASH_JSON("\"hash\":\\d+", "\"hash\":H"),
  HASH_FIELDS("\"Hash\" : \\d+", "\"Hash\" : H"),
  HASH_LINE("(?m)^((?:http://)?\\{client\\d}), \\d+$", "$1, H"),
  HASH_TABLE("(?m)^\\| (\\{client\\d}) \\| +\\d+ \\|$", "| $1 | H |"),
  DURATION("\\b\\d+(\\.\\d+)?(ns|µs|ms|s)(?![\\w)])", "D"),
  TOOK("\"took\":[\\d.e-]+", "\"took\":D"),
  /** Seconds that a lease has still: as many as the machine left it. */
  REMAINING("remaining\\(\\d+s\\)", "remaining(R)"),
  REMAINING_JSON("\"ttl\":\\d+", "\"ttl\":R"),
  REMAINING_FIELDS("\"TTL\" : \\d+(?=\n\"GrantedTTL\")", "\"TTL\" : R"),
  /** How often a lease was renewed until it went. */
  RENEWALS("(?m)^(lease \\{lease\\d} keepalived with TTL\\(\\d+\\)\\n)\\1+", "$1"),
  /** Whether an interrupted client says which call it gave up is a matter of chance. */
  GIVEN_UP("(?m)^\\{\"level\":\"warn\".*context canceled\"}\\n", ""),
  CLOCK("\"ts\":(\"[^\"]+\"|[\\d.]+)", "\"ts\":0"),
  CLOCK_OF_A_LINE("(?m)^\\d{4}-\\d\\d-\\d\\d [\\d:.]+ C", "0 C"),
  /** The file holds ids. */
  HASH_OF_FILE("(?m)^[0-9a-f]{1,8}, (\\d+), (\\d+), S$", "H, $1, $2, S"),
  CLIENT_OF_THE_CLIENT("endpoint://client-[0-9a-f-]{36}/", "endpoint://client/"),
  /** A panic of the client, at addresses of its own. */
  STACK_OF_THE_CLIENT("(?s)\\ngoroutine 1 \\[running].*", ""),
  /** Columns are as wide as what is in them. */
  TABLE_BLANKS("(?m)(?<=^\\|.{0,400}) {2,}", " "),
  TABLE_LINES("-{2,}(?=[-+]*$)|(?<=\\+)-{2,}", "-");

  private final Pattern pattern;
  private final String replacement;

  CtlMask(String pattern, String replacement) {
    this.pattern = Pattern.compile(pattern);
    this.replacement = replacement;
  }

  static String all(String text) {
    String masked = text;
    for (CtlMask mask : values()) {
      masked = mask.pattern.matcher(masked).replaceAll(mask.replacement);
    }
    return masked;
  }
}
