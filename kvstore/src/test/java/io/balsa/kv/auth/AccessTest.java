package io.balsa.kv.auth;

import static io.balsa.kv.auth.Auths.after;
import static io.balsa.kv.auth.Auths.bytes;
import static io.balsa.kv.auth.Auths.caller;
import static io.balsa.kv.auth.Auths.grant;
import static io.balsa.kv.auth.Auths.grantRole;
import static io.balsa.kv.auth.Auths.roleAdd;
import static io.balsa.kv.auth.Auths.rootAndEnable;
import static io.balsa.kv.auth.Auths.userAdd;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.balsa.kv.model.KvError;
import io.balsa.kv.model.KvException;
import io.balsa.kv.proto.Compare;
import io.balsa.kv.proto.DeleteRangeRequest;
import io.balsa.kv.proto.Permission;
import io.balsa.kv.proto.PutRequest;
import io.balsa.kv.proto.RangeRequest;
import io.balsa.kv.proto.RequestOp;
import io.balsa.kv.proto.TxnRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.function.LongFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** The matrix: each kind of operation, by each kind of permission, on each shape of keys. */
final class AccessTest {
  private static final LongFunction<List<ByteString>> NO_LEASES = lease -> List.of();

  /** The keys of lease 7, and no others. */
  private static final LongFunction<List<ByteString>> LEASE_7 =
      lease -> lease == 7 ? List.of(bytes("b"), bytes("x")) : List.of();

  /** In the API's terms; the end of a prefix is what clients make of it. */
  private record Keys(String key, String end) {
    @Override
    public String toString() {
      return end.isEmpty() ? key : "[" + key + ", " + (end.equals("\0") ? "∞" : end) + ")";
    }
  }

  /**
   * A permission, what it covers and what it doesn't; with each pair of shapes at least once at the border.
   */
  private record Row(Keys granted, List<Keys> covered, List<Keys> open) {}

  private static Keys one(String key) {
    return new Keys(key, "");
  }

  private static Keys keys(String key, String end) {
    return new Keys(key, end);
  }

  private static Keys from(String key) {
    return new Keys(key, "\0");
  }

  private static final List<Row> ROWS =
      List.of(
          new Row(
              one("k"),
              List.of(one("k"), keys("k", "k\0")),
              List.of(
                  one("j"), one("k\0"), one("kk"), keys("k", "k\1"), keys("k", "l"), from("k"))),
          new Row(
              keys("b", "d"),
              List.of(one("b"), one("c"), one("c\u00ff"), keys("b", "d"), keys("bb", "c")),
              List.of(one("a"), one("d"), keys("a", "c"), keys("c", "d\0"), from("b"), from("c"))),
          new Row(
              keys("p/", "p0"),
              List.of(one("p/"), one("p/x"), keys("p/", "p0"), keys("p/a", "p/b")),
              List.of(one("p"), one("p0"), keys("p", "p0"), keys("p/", "p1"), from("p/"))),
          new Row(
              from("m"),
              List.of(
                  one("m"), one("z"), keys("m", "z"), from("m"), from("n"), keys("z", "\u00ff")),
              List.of(one("l"), keys("l", "z"), from("l"), from("\0"))),
          new Row(
              from("\0"),
              List.of(one("\0"), one("a"), keys("a", "b"), from("a"), from("\0")),
              List.of()));

  private enum Needs {
    READ,
    WRITE,
    BOTH
  }

  /** Each operation on keys; those that take one key only are left out for ranges. */
  private record Operation(
      String name, Needs needs, boolean takesRanges, BiConsumer<Access, Keys> attempt) {}

  private static final List<Operation> OPERATIONS = operations();

  private static List<Operation> operations() {
    List<Operation> all = new ArrayList<>(plainOperations());
    all.addAll(nestedOperations());
    return all;
  }

  private static List<Operation> plainOperations() {
    return List.of(
        new Operation("range", Needs.READ, true, (access, keys) -> access.range(range(keys))),
        new Operation(
            "watch",
            Needs.READ,
            true,
            (access, keys) -> access.read(bytes(keys.key()), bytes(keys.end()))),
        new Operation(
            "put", Needs.WRITE, false, (access, keys) -> access.put(put(keys, false), NO_LEASES)),
        new Operation(
            "put with prev_kv",
            Needs.BOTH,
            false,
            (access, keys) -> access.put(put(keys, true), NO_LEASES)),
        new Operation(
            "delete", Needs.WRITE, true, (access, keys) -> access.deleteRange(delete(keys, false))),
        new Operation(
            "delete with prev_kv",
            Needs.BOTH,
            true,
            (access, keys) -> access.deleteRange(delete(keys, true))),
        new Operation(
            "lease of the key",
            Needs.WRITE,
            false,
            (access, keys) -> access.writeKeys(List.of(bytes(keys.key())))),
        new Operation(
            "keys of a lease",
            Needs.READ,
            false,
            (access, keys) -> access.readKeys(List.of(bytes(keys.key())))),
        new Operation(
            "compare",
            Needs.READ,
            true,
            (access, keys) ->
                access.txn(
                    TxnRequest.newBuilder()
                        .addCompare(
                            Compare.newBuilder()
                                .setKey(bytes(keys.key()))
                                .setRangeEnd(bytes(keys.end())))
                        .build(),
                    NO_LEASES)));
  }

  private static List<Operation> nestedOperations() {
    List<Operation> all = new ArrayList<>();
    Map<String, BiConsumer<TxnRequest.Builder, RequestOp>> places = new TreeMap<>();
    places.put("then", TxnRequest.Builder::addSuccess);
    places.put("else", TxnRequest.Builder::addFailure);
    places.put("nested then", (txn, op) -> txn.addSuccess(nest(txn().addSuccess(op))));
    places.put("nested else", (txn, op) -> txn.addFailure(nest(txn().addFailure(op))));
    places.put(
        "twice nested",
        (txn, op) -> txn.addSuccess(nest(txn().addFailure(nest(txn().addSuccess(op))))));
    places.forEach(
        (place, add) -> {
          all.add(inTxn(place, "range", Needs.READ, true, add, AccessTest::rangeOp));
          all.add(inTxn(place, "put", Needs.WRITE, false, add, keys -> putOp(keys, false)));
          all.add(inTxn(place, "put and prev", Needs.BOTH, false, add, keys -> putOp(keys, true)));
          all.add(inTxn(place, "delete", Needs.WRITE, true, add, keys -> deleteOp(keys, false)));
          all.add(
              inTxn(place, "delete and prev", Needs.BOTH, true, add, keys -> deleteOp(keys, true)));
        });
    all.add(
        new Operation(
            "nested compare",
            Needs.READ,
            true,
            (access, keys) ->
                access.txn(
                    txn()
                        .addSuccess(
                            nest(
                                txn()
                                    .addCompare(
                                        Compare.newBuilder()
                                            .setKey(bytes(keys.key()))
                                            .setRangeEnd(bytes(keys.end())))))
                        .build(),
                    NO_LEASES)));
    return all;
  }

  private static Operation inTxn(
      String place,
      String what,
      Needs needs,
      boolean takesRanges,
      BiConsumer<TxnRequest.Builder, RequestOp> add,
      java.util.function.Function<Keys, RequestOp> op) {
    return new Operation(
        place + ": " + what,
        needs,
        takesRanges,
        (access, keys) -> {
          TxnRequest.Builder txn = txn();
          add.accept(txn, op.apply(keys));
          access.txn(txn.build(), NO_LEASES);
        });
  }

  private static TxnRequest.Builder txn() {
    return TxnRequest.newBuilder();
  }

  private static RequestOp nest(TxnRequest.Builder txn) {
    return RequestOp.newBuilder().setRequestTxn(txn).build();
  }

  private static RangeRequest range(Keys keys) {
    return RangeRequest.newBuilder()
        .setKey(bytes(keys.key()))
        .setRangeEnd(bytes(keys.end()))
        .build();
  }

  private static RequestOp rangeOp(Keys keys) {
    return RequestOp.newBuilder().setRequestRange(range(keys)).build();
  }

  private static PutRequest put(Keys keys, boolean prev) {
    return PutRequest.newBuilder().setKey(bytes(keys.key())).setPrevKv(prev).build();
  }

  private static RequestOp putOp(Keys keys, boolean prev) {
    return RequestOp.newBuilder().setRequestPut(put(keys, prev)).build();
  }

  private static DeleteRangeRequest delete(Keys keys, boolean prev) {
    return DeleteRangeRequest.newBuilder()
        .setKey(bytes(keys.key()))
        .setRangeEnd(bytes(keys.end()))
        .setPrevKv(prev)
        .build();
  }

  private static RequestOp deleteOp(Keys keys, boolean prev) {
    return RequestOp.newBuilder().setRequestDeleteRange(delete(keys, prev)).build();
  }

  private static Access access(AuthState auth, String user) {
    return Access.of(auth, caller(user, auth.revision()));
  }

  /** A user with one role with one permission. */
  private static Access with(Permission.Type type, Keys granted) {
    AuthState auth =
        after(
            after(AuthState.INITIAL, rootAndEnable()),
            userAdd("u"),
            roleAdd("r"),
            grantRole("u", "r"),
            grant("r", type, granted.key(), granted.end()));
    return access(auth, "u");
  }

  @TestFactory
  Stream<DynamicTest> everyOperationNeedsThePermissionsForAllOfItsKeys() {
    return ROWS.stream()
        .flatMap(
            row ->
                Stream.of(Permission.Type.READ, Permission.Type.WRITE, Permission.Type.READWRITE)
                    .flatMap(
                        type -> OPERATIONS.stream().map(operation -> test(row, type, operation))));
  }

  private static DynamicTest test(Row row, Permission.Type type, Operation operation) {
    return DynamicTest.dynamicTest(
        type + " " + row.granted() + ": " + operation.name(),
        () -> {
          Access access = with(type, row.granted());
          boolean suffices =
              type == Permission.Type.READWRITE || operation.needs().name().equals(type.name());
          for (Keys keys : row.covered()) {
            expect(access, operation, keys, suffices);
          }
          for (Keys keys : row.open()) {
            expect(access, operation, keys, false);
          }
        });
  }

  private static void expect(Access access, Operation operation, Keys keys, boolean allowed) {
    if (!keys.end().isEmpty() && !operation.takesRanges()) {
      return;
    }
    boolean passed;
    try {
      operation.attempt().accept(access, keys);
      passed = true;
    } catch (KvException denied) {
      assertThat(denied.error()).isEqualTo(KvError.PERMISSION_DENIED);
      passed = false;
    }
    assertThat(passed).as("%s %s", operation.name(), keys).isEqualTo(allowed);
  }

  @TestFactory
  Stream<DynamicTest> whoHasNoPermissionMayDoNothingAndRootEverything() {
    AuthState auth = after(after(AuthState.INITIAL, rootAndEnable()), userAdd("u"));
    return OPERATIONS.stream()
        .map(
            operation ->
                DynamicTest.dynamicTest(
                    operation.name(),
                    () -> {
                      expect(access(auth, "u"), operation, one("k"), false);
                      expect(access(auth, "root"), operation, one("k"), true);
                      expect(access(auth, "root"), operation, from("\0"), true);
                      expect(Access.of(AuthState.INITIAL, null), operation, from("a"), true);
                    }));
  }

  @Test
  void rangesThatTouchOrOverlapAreOneAlsoAcrossRoles() {
    AuthState auth =
        after(
            after(AuthState.INITIAL, rootAndEnable()),
            userAdd("u"),
            roleAdd("r"),
            roleAdd("s"),
            grantRole("u", "r"),
            grantRole("u", "s"),
            grant("r", Permission.Type.READ, "a", "c"),
            grant("s", Permission.Type.READWRITE, "c", "e"),
            grant("r", Permission.Type.READ, "d", "f"),
            grant("r", Permission.Type.READ, "b", ""),
            grant("s", Permission.Type.READ, "x", ""));
    Access access = access(auth, "u");
    access.range(range(keys("a", "f")));
    denied(() -> access.range(range(keys("a", "f\0"))));
    denied(() -> access.range(range(keys("e", "x"))));
    access.deleteRange(delete(keys("c", "e"), true));
    denied(() -> access.deleteRange(delete(keys("b", "d"), false)));
  }

  @Test
  void aRangeThatHoldsNoKeyIsNobodysButRoots() {
    denied(() -> with(Permission.Type.READWRITE, from("a")).range(range(keys("c", "b"))));
  }

  @Test
  void aPutOnALeaseNeedsToWriteWhateverIsAttachedToIt() {
    PutRequest put = PutRequest.newBuilder().setKey(bytes("c")).setLease(7).build();
    TxnRequest inTxn =
        txn().addFailure(nest(txn().addSuccess(RequestOp.newBuilder().setRequestPut(put)))).build();
    with(Permission.Type.WRITE, keys("b", "z")).put(put, LEASE_7);
    with(Permission.Type.WRITE, keys("b", "z")).txn(inTxn, LEASE_7);
    denied(() -> with(Permission.Type.WRITE, keys("b", "x")).put(put, LEASE_7));
    denied(() -> with(Permission.Type.WRITE, keys("b", "x")).txn(inTxn, LEASE_7));
  }

  @Test
  void aUserAsksAboutThemselvesAndTheirRolesOnly() {
    Access access = with(Permission.Type.READ, one("k"));
    access.userGet("u");
    access.roleGet("r");
    denied(() -> access.userGet("root"));
    denied(() -> access.roleGet("root"));
    denied(access::requireRoot);
    assertThat(access.isRoot()).isFalse();
  }

  @Test
  void nobodyIsToldToLogInAndWhoIsNotTrustedAnyMoreToDoItAgain() {
    AuthState auth = after(after(AuthState.INITIAL, rootAndEnable()), userAdd("u"));
    assertThatThrownBy(() -> Access.of(auth, null)).hasMessage(KvError.USER_EMPTY.text());
    assertThatThrownBy(() -> Access.of(auth, caller("u", auth.revision() - 1)))
        .hasMessage(KvError.AUTH_OLD_REVISION.text());
    assertThatThrownBy(() -> Access.of(auth, caller("v", auth.revision())))
        .hasMessage(KvError.PERMISSION_DENIED.text());
  }

  private static void denied(org.assertj.core.api.ThrowableAssert.ThrowingCallable attempt) {
    assertThatThrownBy(attempt).hasMessage(KvError.PERMISSION_DENIED.text());
  }
}
