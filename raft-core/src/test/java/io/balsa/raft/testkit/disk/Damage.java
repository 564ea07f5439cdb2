package io.balsa.raft.testkit.disk;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * One thing that went wrong with a directory while nobody used it.
 *
 * @param kind what kind of thing
 * @param file the name that it happened to
 * @param detail where, and what else was involved
 */
public record Damage(Kind kind, String file, String detail) {
  private static final int SECTOR_BYTES = 512;

  /** What can go wrong. */
  public enum Kind {
    /** One bit is another. */
    BIT,
    /** A sector is all zeros. */
    SECTOR_ZEROED,
    /** A sector is anything. */
    SECTOR_SCRAMBLED,
    /** A sector has another's content: a write or a read that went elsewhere. */
    SECTOR_MISDIRECTED,
    /** The file ends early. */
    CUT,
    /** Anything follows the file's end. */
    EXTENDED,
    /** Two files have each other's names. */
    SWAPPED,
    MISSING,
    /** A file has taken another's name as well. */
    DOUBLED,
    /** A file of the same name, of another member. */
    NEIGHBOURS,
    /** A file as it was before, or that was deleted since. */
    OLDER
  }

  /** A directory: its files, by name. */
  public static final class Directory extends TreeMap<String, byte[]> {
    private static final long serialVersionUID = 1;

    public Directory() {}

    public Directory(Map<String, byte[]> files) {
      files.forEach((name, content) -> put(name, content.clone()));
    }
  }

  /**
   * Damages the directory.
   *
   * @param neighbour another member's
   * @param older the same one, as it was before
   */
  public static Damage in(
      Directory files, Directory neighbour, Directory older, SplittableRandom random) {
    while (true) {
      Kind kind = Kind.values()[random.nextInt(Kind.values().length)];
      Directory damaged = new Directory(files);
      Damage damage = draw(kind, damaged, neighbour, older, random);
      if (!same(files, damaged)) {
        files.clear();
        files.putAll(damaged);
        return damage;
      }
    }
  }

  private static boolean same(Directory one, Directory other) {
    return one.keySet().equals(other.keySet())
        && one.keySet().stream().allMatch(name -> Arrays.equals(one.get(name), other.get(name)));
  }

  private static Damage draw(
      Kind kind, Directory files, Directory neighbour, Directory older, SplittableRandom random) {
    String name = pick(files, random);
    byte[] content = content(files, name);
    String detail =
        switch (kind) {
          case BIT, SECTOR_ZEROED, SECTOR_SCRAMBLED, SECTOR_MISDIRECTED ->
              content.length == 0 ? "" : inPlace(kind, content, random);
          case CUT -> {
            int size = place(content.length + 1, random);
            files.put(name, Arrays.copyOf(content, Math.min(size, content.length)));
            yield "to " + size + " of " + content.length + " bytes";
          }
          case EXTENDED -> {
            byte[] longer = Arrays.copyOf(content, content.length + 1 + random.nextInt(600));
            for (int at = content.length; at < longer.length; at++) {
              longer[at] = (byte) random.nextInt(256);
            }
            files.put(name, longer);
            yield "by " + (longer.length - content.length) + " bytes";
          }
          case SWAPPED -> {
            String other = pick(files, random);
            files.put(name, content(files, other));
            files.put(other, content);
            yield "with " + other;
          }
          case MISSING -> {
            files.remove(name);
            yield "";
          }
          case DOUBLED -> {
            String other = otherName(files, name, random);
            files.put(other, content.clone());
            yield "as " + other;
          }
          case NEIGHBOURS -> take(files, neighbour, random);
          case OLDER -> take(files, older, random);
        };
    return new Damage(kind, name, detail);
  }

  private static String inPlace(Kind kind, byte[] content, SplittableRandom random) {
    int at = place(content.length, random);
    if (kind == Kind.BIT) {
      int bit = random.nextInt(8);
      content[at] ^= (byte) (1 << bit);
      return "bit " + bit + " at offset " + at;
    }
    int from = at / SECTOR_BYTES * SECTOR_BYTES;
    int to = Math.min(content.length, from + SECTOR_BYTES);
    int source = place(content.length, random) / SECTOR_BYTES * SECTOR_BYTES;
    byte[] before = content.clone();
    for (int i = from; i < to; i++) {
      content[i] =
          switch (kind) {
            case SECTOR_ZEROED -> 0;
            case SECTOR_SCRAMBLED -> (byte) random.nextInt(256);
            default -> before[Math.min(before.length - 1, source + i - from)];
          };
    }
    return "at offset " + from + (kind == Kind.SECTOR_MISDIRECTED ? " from " + source : "");
  }

  /** Anywhere; often near the beginning or the end. */
  private static int place(int size, SplittableRandom random) {
    return switch (random.nextInt(4)) {
      case 0 -> random.nextInt(Math.min(size, 200));
      case 1 -> size - 1 - random.nextInt(Math.min(size, 200));
      default -> random.nextInt(size);
    };
  }

  private static String pick(Directory files, SplittableRandom random) {
    List<String> names = new ArrayList<>(files.keySet());
    return names.get(random.nextInt(names.size()));
  }

  /** One that is there, or might be: a number is counted up or down. */
  private static String otherName(Directory files, String name, SplittableRandom random) {
    char[] letters = name.toCharArray();
    for (int i = letters.length - 1; i >= 0 && random.nextInt(3) > 0; i--) {
      if ('0' < letters[i] && letters[i] < '8') {
        letters[i] += (char) (random.nextBoolean() ? 1 : -1);
        return new String(letters);
      }
    }
    return pick(files, random);
  }

  private static String take(Directory files, Directory source, SplittableRandom random) {
    List<String> differing = new ArrayList<>();
    for (String name : new TreeSet<>(source.keySet())) {
      if (!Arrays.equals(source.get(name), files.get(name))) {
        differing.add(name);
      }
    }
    if (differing.isEmpty()) {
      return "";
    }
    String name = differing.get(random.nextInt(differing.size()));
    files.put(name, content(source, name));
    return name;
  }

  private static byte[] content(Directory files, String name) {
    byte[] content = files.get(name);
    if (content == null) {
      throw new IllegalArgumentException("no file " + name);
    }
    return content;
  }

  @Override
  public String toString() {
    return kind + " " + file + " " + detail;
  }
}
