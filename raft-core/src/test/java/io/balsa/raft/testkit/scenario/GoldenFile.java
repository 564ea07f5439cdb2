package io.balsa.raft.testkit.scenario;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * A text of blocks: commands and comments, a line {@code ----}, the expected output, a blank line. One thread.
 *
 * @param blocks in the order of the file
 */
public record GoldenFile(List<Block> blocks) {
  private static final String SEPARATOR = "----";

  /**
   * @param input lines before the separator as they are: comments, blank lines, commands
   * @param output lines after the separator; none is blank
   */
  public record Block(List<String> input, List<String> output) {
    public Block {
      input = List.copyOf(input);
      output = List.copyOf(output);
    }

    List<String> commands() {
      return input.stream()
          .map(String::strip)
          .filter(line -> !line.isEmpty() && !line.startsWith("#"))
          .toList();
    }
  }

  public GoldenFile {
    blocks = List.copyOf(blocks);
  }

  public static GoldenFile parse(String text) {
    List<Block> blocks = new ArrayList<>();
    List<String> input = new ArrayList<>();
    List<String> output = new ArrayList<>();
    boolean inOutput = false;
    for (String line : text.lines().toList()) {
      if (inOutput && line.isBlank()) {
        blocks.add(new Block(input, output));
        input.clear();
        output.clear();
        inOutput = false;
      } else if (inOutput) {
        output.add(line);
      } else if (line.equals(SEPARATOR)) {
        inOutput = true;
      } else {
        input.add(line);
      }
    }
    if (inOutput) {
      blocks.add(new Block(input, output));
    } else if (!input.stream().allMatch(String::isBlank)) {
      blocks.add(new Block(input, List.of("(never run)")));
    }
    return new GoldenFile(blocks);
  }

  /** The same file with the output that its commands give now. */
  public String regenerate(Function<List<String>, List<String>> run) {
    StringBuilder text = new StringBuilder();
    for (Block block : blocks) {
      if (text.length() > 0) {
        text.append('\n');
      }
      block.input().forEach(line -> text.append(line).append('\n'));
      text.append(SEPARATOR).append('\n');
      List<String> output = run.apply(block.commands());
      output.forEach(line -> text.append(line).append('\n'));
      if (output.isEmpty()) {
        text.append("ok\n");
      }
    }
    return text.toString();
  }
}
