# Sourced by the scripts in examples/bin: finds Java, builds what is missing or old, and becomes the JVM.
# Needs $root, the repository's root. POSIX sh.
#
#   JAVA_HOME          where java is, unless it is on the PATH; 17 or newer
#   BALSA_BUILD=never  runs what is there, however old
#   NO_COLOR           says it without colour

java_min=17

# What a script may change before it launches: how the JVM compiles, and which directories the build reads.
jvm_options=-XX:TieredStopAtLevel=1
sources='./*/src/main'

die() {
  printf '%s: %s\n' "$(basename "$0")" "$*" >&2
  exit 1
}

# Prints the major version of the given java, or 0.
java_major() {
  major=$("$1" -version 2>&1 | sed -n 's/.* version "\(1\.\)\{0,1\}\([0-9][0-9]*\).*/\2/p' | head -n 1)
  printf '%s' "${major:-0}"
}

# Sets $java and $major.
find_java() {
  for java in "${JAVA_HOME:+$JAVA_HOME/bin/java}" "$(command -v java || true)" /usr/lib/jvm/*/bin/java; do
    if [ -n "$java" ] && [ -x "$java" ]; then
      major=$(java_major "$java")
      [ "$major" -ge "$java_min" ] && return
    fi
  done
  die "needs Java $java_min or newer: set JAVA_HOME or put java on the PATH"
}

# Succeeds when nothing that the build reads is newer than what it made. The stamp stands for a build that found nothing to
# write anew; both must be older than a source for it to count.
is_built() {
  [ -x "$root/kvstore/target/dist/bin/balsa" ] || return 1
  jar=$(ls "$root"/examples/target/dist/lib/examples-*.jar 2>/dev/null | head -n 1)
  [ -n "$jar" ] || return 1
  stamp=$root/examples/target/dist/.built
  [ -e "$stamp" ] || stamp=$jar
  # shellcheck disable=SC2086 # $sources is a list of patterns.
  newer=$(cd "$root" && find pom.xml ./*/pom.xml $sources -type f -newer "$jar" -newer "$stamp" | head -n 1)
  [ -z "$newer" ]
}

build() {
  if [ -x "$root/mvnw" ]; then
    mvn=$root/mvnw
  else
    mvn=$(command -v mvn) || die "needs Maven to build: there is neither mvnw nor mvn"
  fi
  printf 'Building Balsa (a minute or so the first time) ...\n' >&2
  # Libraries of an older version would stay on the class path beside the new ones.
  rm -rf "$root/examples/target/dist"
  # Formatting is the business of whoever changes the code, not of whoever runs it.
  # A java of the PATH is the one that Maven finds by itself.
  [ "$java" = "$(command -v java || true)" ] || export JAVA_HOME="$(dirname "$(dirname "$java")")"
  (cd "$root" &&
    "$mvn" -q -B -pl kvstore,examples -am package -DskipTests -Dspotless.check.skip=true >&2) ||
    die "the build failed"
  touch "$root/examples/target/dist/.built"
}

# launch MAIN-CLASS ARGUMENTS...
launch() {
  main=$1
  shift
  find_java
  [ "${BALSA_BUILD:-}" = never ] || is_built || build
  terminal=false
  [ -t 1 ] && [ -z "${NO_COLOR:-}" ] && terminal=true
  # Netty asks for what newer JVMs warn about.
  quiet=
  [ "$major" -ge 24 ] && quiet='--enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow'
  # shellcheck disable=SC2086 # $quiet and $jvm_options are lists.
  exec "$java" $quiet $jvm_options -XX:+UseSerialGC -Xshare:auto \
    -Dbalsa.home="$root" -Dbalsa.terminal="$terminal" -Dlogback.configurationFile=io/balsa/examples/logback.xml \
    -cp "$root/examples/target/dist/lib/*" "$main" "$@"
}
