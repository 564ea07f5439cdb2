(ns balsa.checker.etcd-kv
  "The model etcd-kv: one key space, whose revisions are what makes long histories fast to judge.

  Each write makes the next revision, and each answer says at which revision it was given. So a state at revision r lets in
  only operations that belong there; and etcd-evidence says what must or can't be, whatever the order."
  (:require [balsa.checker.etcd-evidence :as evidence]
            [balsa.checker.etcd-ops :as ops]
            [balsa.checker.etcd-state :as state]
            [balsa.checker.machine :as machine])
  (:import (balsa.checker.etcd_evidence Evidence)
           (balsa.checker.etcd_ops Compare Micro Txn)
           (balsa.checker.etcd_state Cell KeySpace)
           (balsa.checker.machine Machine)
           (java.util ArrayList HashMap)))

(set! *warn-on-reflection* true)
(set! *unchecked-math* :warn-on-boxed)

(defn- holds-op? [^long order op]
  (case op
    := (zero? order)
    :not= (not (zero? order))
    :< (neg? order)
    :> (pos? order)))

(defn- compare-holds? [^Compare c ^Cell cell values]
  (let [op (.-op c)
        x (.-x c)]
    (case (.-target c)
      ;; etcd finds no value of an absent key equal, different, less or greater; :absent is ours, for whoever wants to ask
      :value (cond
               (= x :absent) (if (= op :=) (nil? cell) (and (= op :not=) (some? cell)))
               (nil? cell) false
               (= op :=) (= (.-id c) (.-value cell))
               (= op :not=) (not= (.-id c) (.-value cell))
               :else (holds-op? (ops/order-of (nth values (.-value cell)) x) op))
      :mod (holds-op? (Long/compare (if (nil? cell) 0 (.-mod cell)) (long x)) op)
      :create (holds-op? (Long/compare (if (nil? cell) 0 (.-create cell)) (long x)) op)
      :version (holds-op? (Long/compare (if (nil? cell) 0 (.-version cell)) (long x)) op))))

(defn- succeeds? [^Txn txn ^KeySpace space values]
  (let [^objects compares (.-compares txn)]
    (loop [i 0]
      (if (= i (alength compares))
        true
        (let [^Compare c (aget compares i)]
          (if (compare-holds? c (state/cell-of space (.-k c)) values) (recur (inc i)) false))))))

(defn- unlike? [^long told ^long is] (and (>= told 0) (not= told is)))

(defn- got? [^Micro m ^Cell cell]
  (let [value (.-value m)]
    (if (nil? cell)
      (not (or (>= value 0) (pos? (.-mod m)) (pos? (.-create m)) (pos? (.-version m))))
      (not (or (= value ops/absent)
               (unlike? value (.-value cell))
               (unlike? (.-mod m) (.-mod cell))
               (unlike? (.-create m) (.-create cell))
               (unlike? (.-version m) (.-version cell)))))))

(defn- run
  "The key space after the operations of a branch, at the same revision; nil if one was told something else."
  ^KeySpace [^objects micros ^KeySpace space ^long made]
  (loop [i 0, now space]
    (if (= i (alength micros))
      now
      (let [^Micro m (aget micros i)
            kind (.-kind m)
            k (.-k m)
            cell (state/cell-of now k)]
        (cond
          (= kind ops/puts) (recur (inc i) (state/put now k (.-value m) made))
          (= kind ops/gets) (if (got? m cell) (recur (inc i) now) nil)
          (unlike? (.-deleted m) (if (nil? cell) 0 1)) nil
          (nil? cell) (recur (inc i) now)
          :else (recur (inc i) (state/delete now k)))))))

;; written: by operation, the keys that it may write at a revision that it doesn't claim
(deftype EtcdKv [^objects txns ^objects written keys values ^Evidence evidence ^HashMap numbers ^ArrayList states]
  Machine
  (initial [_]
    (.put numbers (state/empty-space (count keys)) 0)
    (.clear states)
    (.add states (state/empty-space (count keys)))
    0)
  (step [_ number op]
    (let [^KeySpace space (.get states (unchecked-int number))
          ^Txn txn (aget txns op)
          now (.-rev space)
          made (inc now)
          rev (.-rev txn)]
      (if (and (>= rev 0) (not= rev now) (not= rev made))
        -1
        (let [success (succeeds? txn space values)
              ^objects micros (if success (.-then txn) (.-else txn))]
          (if (unlike? (.-succeeded txn) (if success 1 0))
            -1
            (let [after (run micros space made)]
              (cond
                (nil? after) -1
                (identical? after space) (if (or (neg? rev) (= rev now)) number -1)
                (and (>= rev 0) (not= rev made)) -1
                (pos? (evidence/due evidence now)) -1
                (and (neg? rev) (evidence/claimed? evidence made)) -1
                :else
                (let [next-space (state/at-revision after made)]
                  (if (and (neg? rev) (not (evidence/agrees? evidence op (aget written op) space next-space)))
                    -1
                    (if-some [known (.get numbers next-space)]
                      (long known)
                      (let [fresh (.size states)]
                        (.put numbers next-space fresh)
                        (.add states next-space)
                        fresh)))))))))))
  (lift [_ op]
    (let [rev (.-rev ^Txn (aget txns op))]
      (when (>= rev 0) (evidence/answered! evidence rev -1))
      (evidence/leaves! evidence (aget written op) -1)))
  (unlift [_ op]
    (let [rev (.-rev ^Txn (aget txns op))]
      (when (>= rev 0) (evidence/answered! evidence rev 1))
      (evidence/leaves! evidence (aget written op) 1)))
  (bytes [_] (* 600 (.size states)))
  (describe [_ number]
    (let [^KeySpace space (.get states (unchecked-int number))]
      (str "revision " (.-rev space) ", "
           (let [there (keep-indexed (fn [i ^Cell c] (when c [(nth keys i) c])) (.-cells space))]
             (if (empty? there)
               "no keys"
               (str (apply str (interpose ", " (map (fn [[k ^Cell c]]
                                                      (str (pr-str k) " = " (pr-str (nth values (.-value c)))
                                                           " (mod " (.-mod c) ", create " (.-create c) ", version " (.-version c) ")"))
                                                    (take 12 there))))
                    (when (> (count there) 12) (str " and " (- (count there) 12) " more"))))))))
  (refusal [_ number op]
    (let [^KeySpace space (.get states (unchecked-int number))
          ^Txn txn (aget txns op)
          now (.-rev space)
          rev (.-rev txn)]
      (cond
        (and (>= rev 0) (< rev now)) (str "was answered at revision " rev ", but revision " now " is there already")
        (and (>= rev 0) (> rev (inc now))) (str "was answered at revision " rev ", but nothing makes revision " (inc now))
        (unlike? (.-succeeded txn) (if (succeeds? txn space values) 1 0))
        (str "its comparisons " (if (= 1 (.-succeeded txn)) "held" "did not hold") ", but at revision " now " they would"
             (if (= 1 (.-succeeded txn)) " not" ""))
        (nil? (run (if (succeeds? txn space values) (.-then txn) (.-else txn)) space (inc now)))
        (str "found something else than what is there at revision " now)
        (pos? (evidence/due evidence now))
        (str "would leave revision " now ", at which another operation was answered that isn't in the order yet")
        :else (str "doesn't make revision " (inc now) ", or another one does")))))

(defn compile-ops [all _initial]
  (let [pairs (into [] (comp (map (fn [op] [op (ops/normal op)]))
                             (filter (fn [[op normal]] (or (= :ok (:type op)) (ops/writes? normal)))))
                    all)
        kept (mapv first pairs)
        normals (ops/without-unseen kept (mapv second pairs))
        keys (into [] (comp (mapcat (fn [n] (concat (map second (ops/micros n)) (map second (:if n))))) (distinct)) normals)
        values (into [] (comp (mapcat ops/values-of) (map first) (distinct)) normals)
        key-ids (zipmap keys (range))
        value-ids (zipmap values (range))
        txns (mapv #(ops/translate % key-ids value-ids) normals)
        evidence (evidence/evidence kept normals txns key-ids value-ids)]
    [kept
     (machine/->Problem
       (->EtcdKv (object-array txns)
                 (object-array (map (fn [op normal]
                                      (int-array (when (evidence/unsure? op normal)
                                                   (map key-ids (evidence/written-keys normal)))))
                                    kept normals))
                 keys values evidence (HashMap.) (ArrayList.))
       ;; An answer's revision fixes the state that it belongs to, if it changed nothing.
       (boolean-array (map (fn [normal] (or (not (ops/writes? normal)) (some? (:rev normal)))) normals))
       (machine/twins (map (fn [op normal] (when (= :info (:type op)) (ops/effect normal))) kept normals))
       (evidence/refuted kept normals evidence))]))
