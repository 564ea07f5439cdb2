package io.balsa.raft.testkit.checker;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * An invalid history as a page for people: who did what when, at the end of the prefix that no order explains. One file without
 * references to others.
 */
public final class Timeline {
  /*
   * One row for each process, one column for each event of an operation that is shown: those in conflict, those that the
   * longest order ends with, and those that were open when it became impossible. All others are left out.
   */
  private static final int ORDER_SHOWN = 12;
  private static final int OPEN_SHOWN = 24;
  private static final int COLUMN = 84;
  private static final int ROW = 46;
  private static final int BAR = 28;
  private static final int LEFT = 110;
  private static final int TOP = 34;
  private static final int TEXT_MAX = 60;

  private final Verdict.Invalid invalid;
  private final List<Verdict.Operation> shown = new ArrayList<>();
  private final Map<Integer, Integer> columns = new TreeMap<>();
  private final Map<String, Integer> rows;
  private final StringBuilder html = new StringBuilder();

  private Timeline(Verdict.Invalid invalid) {
    this.invalid = invalid;
    Set<Integer> ids = new HashSet<>(invalid.conflict());
    List<Integer> order = invalid.longest().order();
    ids.addAll(order.subList(Math.max(0, order.size() - ORDER_SHOWN), order.size()));
    invalid.unexplained().ifPresent(ids::add);
    List<Verdict.Operation> open = invalid.operations().stream().filter(this::isOpen).toList();
    open.subList(Math.max(0, open.size() - OPEN_SHOWN), open.size())
        .forEach(operation -> ids.add(operation.id()));
    TreeSet<Integer> events = new TreeSet<>();
    Map<String, Integer> places = new java.util.LinkedHashMap<>();
    for (Verdict.Operation operation : invalid.operations()) {
      if (ids.contains(operation.id())) {
        shown.add(operation);
        events.add(operation.callEvent());
        operation.returnEvent().ifPresent(events::add);
        places.putIfAbsent(operation.process(), places.size());
      }
    }
    rows = places;
    events.forEach(event -> columns.put(event, columns.size()));
  }

  /** The page. */
  public static String html(String title, Verdict.Invalid invalid) {
    return new Timeline(invalid).render(title);
  }

  /** Whether it had no answer when the prefix ended. */
  private boolean isOpen(Verdict.Operation operation) {
    return operation.returnEvent().isEmpty()
        || operation.returnEvent().getAsInt() >= invalid.prefixEvents() - 1;
  }

  private String render(String title) {
    html.append("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<title>")
        .append(escape(title))
        .append("</title>\n<style>\n")
        .append(STYLE)
        .append("</style>\n</head>\n<body>\n<h1>")
        .append(escape(title))
        .append(" is not linearizable</h1>\n");
    renderSummary();
    renderPicture();
    renderReasons();
    renderConflict();
    return html.append("</body>\n</html>\n").toString();
  }

  private void renderSummary() {
    html.append("<p>No order of the operations explains the first <b>")
        .append(invalid.prefixEvents())
        .append(" events</b>");
    invalid.key().ifPresent(key -> html.append(" of key <b>").append(escape(key)).append("</b>"));
    html.append(invalid.isSmallest() ? "; with one event less there is one." : ", perhaps fewer.");
    html.append(" Time goes to the right, by events; hover for the whole operation.</p>\n");
    html.append(
        "<p class=\"legend\"><span class=\"key unexplained\">the answer that can't be</span>"
            + "<span class=\"key conflict\">in conflict with it</span>"
            + "<span class=\"key plain\">others nearby</span>"
            + "<span class=\"key info\">without an answer: late, or never</span>"
            + "<span class=\"key fail\">failed</span>"
            + " Numbers: the end of the longest order that was found.</p>\n");
  }

  private void renderPicture() {
    int width = LEFT + (columns.size() + 1) * COLUMN;
    int height = TOP + rows.size() * ROW + 10;
    html.append("<div class=\"scroll\"><svg role=\"img\" aria-label=\"timeline\" width=\"")
        .append(width)
        .append("\" height=\"")
        .append(height)
        .append("\" xmlns=\"http://www.w3.org/2000/svg\">\n");
    columns.forEach(
        (event, column) -> {
          int x = x(event);
          html.append(
              "<line class=\"grid\" x1=\"%d\" y1=\"%d\" x2=\"%d\" y2=\"%d\"/>"
                  .formatted(x, TOP - 8, x, height));
          html.append(
              "<text class=\"event\" x=\"%d\" y=\"%d\">%d</text>\n"
                  .formatted(x, TOP - 14, event + 1));
        });
    rows.forEach(
        (process, row) ->
            html.append(
                "<text class=\"process\" x=\"6\" y=\"%d\">process %s</text>\n"
                    .formatted(TOP + row * ROW + BAR - 8, escape(process))));
    shown.forEach(this::renderOperation);
    html.append("</svg></div>\n");
  }

  private void renderOperation(Verdict.Operation operation) {
    int from = x(operation.callEvent());
    int until =
        operation.returnEvent().isPresent()
            ? x(operation.returnEvent().getAsInt())
            : LEFT + (columns.size() + 1) * COLUMN - 4;
    int y = TOP + rows.getOrDefault(operation.process(), 0) * ROW;
    int place = invalid.longest().order().indexOf(operation.id());
    html.append(
        "<g class=\"%s\"><title>%s</title>"
            .formatted(role(operation), escape(describe(operation))));
    html.append(
        "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" rx=\"4\"/>"
            .formatted(from, y, until - from, BAR));
    html.append(
        "<svg x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\">".formatted(from, y, until - from, BAR));
    html.append(
        "<text x=\"6\" y=\"%d\">%s</text></svg>".formatted(BAR - 9, escape(operation.text())));
    if (place >= 0) {
      html.append(
          "<text class=\"order\" x=\"%d\" y=\"%d\">%d</text>"
              .formatted(from, y + BAR + 12, place + 1));
    }
    html.append("</g>\n");
  }

  private int x(int event) {
    return LEFT + columns.getOrDefault(event, 0) * COLUMN;
  }

  private String role(Verdict.Operation operation) {
    String role =
        invalid.unexplained().isPresent() && invalid.unexplained().getAsInt() == operation.id()
            ? "unexplained"
            : invalid.conflict().contains(operation.id()) ? "conflict" : "plain";
    return switch (operation.state()) {
      case OK -> role;
      case INFO -> role + " info";
      case FAIL -> role + " fail";
    };
  }

  private static String describe(Verdict.Operation operation) {
    return operation.text()
        + ", "
        + switch (operation.state()) {
          case OK -> "ok";
          case FAIL -> "failed";
          case INFO -> "no answer";
        }
        + ", lines "
        + operation.callLine()
        + (operation.returnLine().isPresent() ? " to " + operation.returnLine().getAsInt() : "");
  }

  private void renderReasons() {
    html.append("<h2>Where the longest order ends</h2>\n<p>It comes to <code>")
        .append(escape(invalid.longest().state()))
        .append("</code>. Next must be one of:</p>\n<ul>\n");
    for (Verdict.Refusal refusal : invalid.longest().refusals()) {
      Verdict.Operation operation = invalid.operation(refusal.id());
      html.append(
          "<li>process %s: <code>%s</code> (lines %d to %s), which %s</li>\n"
              .formatted(
                  escape(operation.process()),
                  escape(shorten(operation.text())),
                  operation.callLine(),
                  operation.returnLine().isPresent()
                      ? operation.returnLine().getAsInt()
                      : "the end",
                  escape(refusal.reason())));
    }
    html.append("</ul>\n");
  }

  private void renderConflict() {
    html.append(
            "<h2>Operations in conflict</h2>\n<p>These alone can't be explained, even if every other one is forgotten")
        .append(invalid.isConflictSmallest() ? ":" : " (perhaps fewer would do):")
        .append("</p>\n<ol>\n");
    for (int id : invalid.conflict()) {
      Verdict.Operation operation = invalid.operation(id);
      html.append(
          "<li>process %s: <code>%s</code>, %s</li>\n"
              .formatted(
                  escape(operation.process()),
                  escape(operation.text()),
                  escape(describe(operation).substring(operation.text().length() + 2))));
    }
    html.append("</ol>\n");
  }

  private static String shorten(String text) {
    return text.length() > TEXT_MAX ? text.substring(0, TEXT_MAX) + "…" : text;
  }

  private static String escape(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;");
  }

  private static final String STYLE =
      """
      body { font: 15px/1.45 system-ui, sans-serif; margin: 24px; color: #1c2430; background: #fff; }
      h1 { font-size: 20px; } h2 { font-size: 16px; margin-top: 28px; }
      code, svg text { font-family: ui-monospace, monospace; font-size: 12.5px; }
      .scroll { overflow-x: auto; border: 1px solid #d5dbe3; border-radius: 6px; padding: 6px; }
      .grid { stroke: #eef1f5; } .event { fill: #7b8794; font-size: 11px; text-anchor: middle; }
      .process { fill: #1c2430; } .order { fill: #1c2430; font-weight: bold; font-size: 11px; }
      .plain rect { fill: #e8edf3; stroke: #aeb9c6; } .conflict rect { fill: #ffe3b8; stroke: #d98200; }
      .unexplained rect { fill: #ffd0d0; stroke: #c81e1e; stroke-width: 2; }
      .info rect { stroke-dasharray: 5 4; } .fail rect { fill: #f6f6f6; stroke-dasharray: 1 4; }
      .legend .key { display: inline-block; padding: 1px 8px; margin-right: 8px; border-radius: 4px; border: 1px solid #aeb9c6; }
      .key.plain { background: #e8edf3; } .key.conflict { background: #ffe3b8; border-color: #d98200; }
      .key.unexplained { background: #ffd0d0; border-color: #c81e1e; }
      .key.info { border-style: dashed; } .key.fail { border-style: dotted; }
      """;
}
