(ns balsa.checker.etcd-evidence
  "What the answers of an etcd-kv history say about revisions and keys, whatever the order: used to leave out what can't end
  well, and to refute a history without a search.

    claimed    a revision that an acknowledged write made was made by no other operation
    due        before revision r is left, everything that was answered at r must be in the order
    witnessed  a get that found key k last changed at m tells which key revision m wrote, and which value
    quiet      and that nobody wrote k between m and the revision of the get
    reserved   a pending write whose value was seen, and that nobody else writes, made the revision at which it was seen
    trail      per key, what answers say about it by revision: it was put, deleted, seen, found absent, or perhaps changed"
  (:require [balsa.checker.etcd-ops :as ops]
            [balsa.checker.etcd-state :as state])
  (:import (balsa.checker.etcd_ops Compare Micro Txn)
           (balsa.checker.etcd_state Cell KeySpace)
           (java.util BitSet)))

(set! *warn-on-reflection* true)
(set! *unchecked-math* :warn-on-boxed)

(def ^:private ^:const put-there 0)
(def ^:private ^:const deleted-there 1)
(def ^:private ^:const blurred-there 2)
(def ^:private ^:const seen-there 3)
(def ^:private ^:const absent-there 4)

;; One thing that an answer says about a key at a revision; event is that of the answer.
(deftype Mark [^long rev ^long kind ^long value ^long mod ^long create ^long version ^long event])

;; Revisions beyond those that the history's writes can make share the last place, most.
(deftype Evidence [^long most
                   ^booleans claimed     ; by revision
                   ^ints due             ; by revision: how many aren't in the order yet
                   ^objects witnessed    ; by revision: map of key to the value that it wrote (unknown: any)
                   ^objects quiet        ; by key: BitSet of revisions that didn't write it, or nil
                   ^longs reserved       ; by operation: the revision that it made if it made any, or unknown
                   ^objects trails       ; by key: Marks by revision
                   ^boolean lonely       ; whether no operation whose revision isn't known may write two keys at once
                   ^ints writers])       ; by key: operations that may write it and aren't in the order; their revision isn't known

(defn place ^long [^Evidence e ^long rev]
  (if (or (neg? rev) (> rev (.-most e))) (.-most e) rev))

(defn claimed? [^Evidence e ^long rev] (aget ^booleans (.-claimed e) (place e rev)))

(defn due ^long [^Evidence e ^long rev] (long (aget ^ints (.-due e) (place e rev))))

(defn- free?
  "Whether a write of key k whose revision isn't known may have made this one."
  [^Evidence e ^long k ^long rev]
  (let [at (place e rev)
        ^BitSet silent (aget ^objects (.-quiet e) k)
        witnesses (aget ^objects (.-witnessed e) at)]
    (not (or (aget ^booleans (.-claimed e) at)
             (and (some? silent) (.get silent (unchecked-int at)))
             (and (.-lonely e) (some? witnesses) (not (contains? witnesses k)))))))

(defn- free-within?
  "Whether there is such a revision after from, up to to."
  [^Evidence e k ^long from ^long to]
  (let [k (long k) to (min to (dec (.-most e)))]
    (loop [rev (inc from)]
      (cond
        (> rev to) false
        (free? e k rev) true
        :else (recur (inc rev))))))

(defn- unlike? [^long told ^long is] (and (>= told 0) (not= told is)))

(defn- matches? [^Mark m ^Cell cell]
  (and (some? cell)
       (not (or (unlike? (.-value m) (.-value cell))
                (unlike? (.-mod m) (.-mod cell))
                (unlike? (.-create m) (.-create cell))
                (unlike? (.-version m) (.-version cell))))))

(defn- after ^Cell [^Mark m ^Cell cell]
  (let [rev (.-rev m)]
    (if (nil? cell)
      (Cell. (.-value m) rev rev 1)
      (Cell. (.-value m) rev (.-create cell) (inc (.-version cell))))))

(defn- first-mark
  "The place in a key's trail of the first mark that comes after a write made the revision."
  ^long [^objects trail ^long rev]
  (loop [low 0, high (alength trail)]
    (if (= low high)
      low
      (let [middle (quot (+ low high) 2)
            ^Mark m (aget trail middle)]
        (if (or (< (.-rev m) rev) (and (= (.-rev m) rev) (< (.-kind m) seen-there)))
          (recur (inc middle) high)
          (recur low middle))))))

(defn contradicted?
  "Whether a key that holds cell since revision rev contradicts what is said of it later, whoever else writes it."
  [^Evidence e k ^Cell cell ^long rev]
  (let [k (long k)
        ^objects trail (aget ^objects (.-trails e) k)
        others (> (aget ^ints (.-writers e) k) 1)
        n (alength trail)]
    (loop [i (first-mark trail rev), cell cell, at rev, fuzzy false]
      (if (= i n)
        false
        (let [^Mark m (aget trail i)
              kind (.-kind m)
              fuzzy (or fuzzy (and others (free-within? e k at (.-rev m))))]
          (cond
            (= kind put-there) (recur (inc i) (after m cell) (.-rev m) fuzzy)
            (= kind blurred-there) false
            (= kind deleted-there) (and (not fuzzy) (nil? cell))
            (= kind absent-there) (and (not fuzzy) (some? cell))
            (not fuzzy) (if (matches? m cell)
                          (if (>= (.-version m) 0) false (recur (inc i) cell (.-rev m) fuzzy))
                          true)
            ;; others may have written meanwhile, but not created it before, nor made writes undone
            (and (>= (.-create m) 0) (<= (.-create m) rev))
            (or (nil? cell)
                (unlike? (.-create m) (.-create cell))
                (and (>= (.-version m) 0) (> (.-version cell) (.-version m))))
            :else false))))))

(defn- refuted-trail
  "The event of the answer by which the trail of key k contradicts itself, or nil."
  [^Evidence e k]
  (let [k (long k)
        ^objects trail (aget ^objects (.-trails e) k)
        others (pos? (aget ^ints (.-writers e) k))
        n (alength trail)]
    ;; cell is what the key holds if known
    (loop [i 0, cell nil, known true, at 1, event 0]
      (when (< i n)
        (let [^Mark m (aget trail i)
              kind (.-kind m)
              rev (.-rev m)
              event (max event (.-event m))
              known (and known (not (and others (free-within? e k at rev))))]
          (cond
            (= kind put-there) (recur (inc i) (when known (after m cell)) known rev event)
            (= kind blurred-there) (recur (inc i) nil false rev event)
            (= kind deleted-there) (if (and known (nil? cell)) event (recur (inc i) nil true rev event))
            (= kind absent-there) (if (and known (some? cell)) event (recur (inc i) nil true rev event))
            (and known (not (matches? m cell))) event
            known (recur (inc i) cell true rev event)
            (and (>= (.-value m) 0) (>= (.-mod m) 0) (>= (.-create m) 0) (>= (.-version m) 0))
            (recur (inc i) (Cell. (.-value m) (.-mod m) (.-create m) (.-version m)) true rev event)
            :else (recur (inc i) nil false rev event)))))))

(defn- sure-branch
  "What an acknowledged operation certainly did."
  [normal]
  (case (:succeeded normal)
    true (:then normal)
    false (:else normal)
    (when (empty? (:if normal)) (:then normal))))

(defn- sure-write? [normal]
  (boolean (some (fn [[g _ _ told]] (or (= g :put) (and (= g :delete) (pos? (long (:deleted told 0))))))
                 (sure-branch normal))))

(defn- refuted-order
  "The event of an answer whose revision lies before that of an answer that was there when it was asked for, or nil; or of one
  of two answers that claim the same revision."
  [ops normals]
  (let [known (for [[op normal] (map vector ops normals) :when (:rev normal)]
                [(:call op) (:ret op) (long (:rev normal)) (sure-write? normal)])
        steps (sort (concat (map (fn [[call ret rev sure]] [call 0 ret rev sure]) known)
                            (map (fn [[_ ret rev _]] [ret 1 ret rev false]) known)))
        early (loop [left (seq steps), newest 0, found Long/MAX_VALUE]
                (if-not left
                  found
                  (let [[_ answer? ret rev sure] (first left)
                        rev (long rev)]
                    (if (= 1 answer?)
                      (recur (next left) (max newest rev) found)
                      (recur (next left) newest
                             (if (or (< rev newest) (and sure (= rev newest))) (min found (long ret)) found))))))
        twice (for [[_ claims] (group-by #(nth % 2) (filter #(nth % 3) known)) :when (next claims)]
                (reduce max (map second claims)))
        found (long (reduce min early twice))]
    (when (< found Long/MAX_VALUE) found)))

(defn- refuted-count
  "The event of an answer at a revision that so few writes can't have made, or nil."
  [ops normals]
  (loop [steps (seq (sort (mapcat (fn [op normal]
                                    [[(:call op) 0 (if (ops/writes? normal) 1 0)]
                                     [(or (:ret op) Long/MAX_VALUE) 1 (or (:rev normal) 0)]])
                                  ops normals)))
         most 1]
    (when-let [[event answer? x] (first steps)]
      (cond
        (zero? (long answer?)) (recur (next steps) (+ most (long x)))
        (> (long x) most) event
        :else (recur (next steps) most)))))

(defn refuted
  "The number of an event by which the history contradicts itself, in whatever order, or nil if that isn't plain to see."
  [ops normals ^Evidence e]
  (let [found (keep identity (list* (refuted-order ops normals) (refuted-count ops normals)
                                   (map #(refuted-trail e %) (range (alength ^objects (.-trails e))))))]
    (when (seq found) (reduce min found))))

;; Making it.

(defn- witness! [^Evidence e made k value]
  (let [^objects witnessed (.-witnessed e)
        at (place e (long made))
        before (get (aget witnessed at) k ops/unknown)]
    (aset witnessed at (assoc (aget witnessed at) k (if (= before ops/unknown) value before)))))

(defn- silence! [^Evidence e k from to]
  (let [^objects quiet (.-quiet e)
        k (int k)
        first-silent (inc (place e (long from)))
        last-silent (place e (long to))]
    (when (nil? (aget quiet k))
      (aset quiet k (BitSet.)))
    (when (<= first-silent last-silent)
      (.set ^BitSet (aget quiet k) (unchecked-int first-silent) (unchecked-int (inc last-silent))))))

(defn- believe!
  "Takes from an operation what it says about revisions."
  [^Evidence e normal key-ids value-ids]
  (when-some [rev (:rev normal)]
    (let [at (place e (long rev))
          ^ints due (.-due e)]
      (aset due at (unchecked-int (inc (aget due at))))
      (when (sure-write? normal)
        (aset ^booleans (.-claimed e) at true))
      (doseq [[target k op x] (when (true? (:succeeded normal)) (:if normal))
              :when (and (= target :mod) (= op :=) (pos? (long x)))]
        (witness! e x (key-ids k) ops/unknown)
        (silence! e (key-ids k) x (dec (long rev))))))
  (doseq [[g k v {:keys [mod create]}] (:then normal)
          :when (= g :get)]
    (when (and mod (pos? (long mod)))
      (witness! e mod (key-ids k) (if (or (= v ::ops/unknown) (= v :absent)) ops/unknown (value-ids v)))
      (when (:rev normal)
        (silence! e (key-ids k) mod (:rev normal))))
    (when (and create (pos? (long create)))
      (witness! e create (key-ids k) ops/unknown))))

(defn- comparison-marks
  "What the comparisons of an acknowledged transaction say if they held, as [key Mark] pairs."
  [op normal ^Txn txn wrote]
  (when (and (true? (:succeeded normal)) (or wrote (not (ops/writes? normal))))
    (keep (fn [^Compare c]
            (let [x (.-x c)
                  rev (if wrote (dec (.-rev txn)) (.-rev txn))
                  seen (fn [value mod create version]
                         [(.-k c) (Mark. rev seen-there value mod create version (long (:ret op)))])]
              (when (= := (.-op c))
                (case (.-target c)
                  :value (if (= x :absent)
                           [(.-k c) (Mark. rev absent-there ops/absent -1 -1 -1 (long (:ret op)))]
                           (seen (.-id c) -1 -1 -1))
                  (if (zero? (long x))
                    [(.-k c) (Mark. rev absent-there ops/absent -1 -1 -1 (long (:ret op)))]
                    (case (.-target c)
                      :mod (seen -1 x -1 -1)
                      :create (seen -1 -1 x -1)
                      :version (seen -1 -1 -1 x)))))))
          (.-compares txn))))

(defn- first-at
  "The place in a trail of the first mark at the revision or later."
  ^long [^objects trail ^long rev]
  (loop [low 0, high (alength trail)]
    (if (= low high)
      low
      (let [middle (quot (+ low high) 2)]
        (if (< (.-rev ^Mark (aget trail middle)) rev) (recur (inc middle) high) (recur low middle))))))

(defn- running-counts
  "How many marks of which counted? holds lie before each place of a trail."
  ^ints [^objects trail counted?]
  (let [counts (int-array (inc (alength trail)))]
    (dotimes [i (alength trail)]
      (aset counts (inc i) (unchecked-int (+ (aget counts i) (if (counted? (aget trail i)) 1 0)))))
    counts))

(defn- silence-counted!
  "Where a key's version says that the puts that are known are all there were, nobody else put it meanwhile."
  [^Evidence e k]
  (let [^objects trail (aget ^objects (.-trails e) (int k))
        ^ints puts (running-counts trail (fn [^Mark m] (= (.-kind m) put-there)))
        ^ints changes (running-counts trail (fn [^Mark m] (< (.-kind m) seen-there)))]
    (dotimes [i (alength trail)]
      (let [^Mark m (aget trail i)]
        (when (and (= (.-kind m) seen-there) (pos? (.-mod m)) (pos? (.-create m)) (pos? (.-version m)))
          (let [from (first-at trail (.-create m))
                to (first-at trail (inc (.-mod m)))]
            (when (and (<= from to)
                       (= (- (aget puts to) (aget puts from)) (- (aget changes to) (aget changes from)) (.-version m)))
              (silence! e k (dec (.-create m)) (.-rev m)))))))))

(defn- unclaimed
  "The revisions that no answer claims."
  [^Evidence e]
  (filterv #(not (aget ^booleans (.-claimed e) (int %))) (range 2 (.-most e))))

(defn- full? [^Mark m]
  (and (= (.-kind m) seen-there) (pos? (.-create m)) (pos? (.-version m))))

(defn- settle-key!
  "Between two sights of a key that wasn't deleted meanwhile, its versions say how many of the unclaimed revisions wrote it. If
  none did, it was quiet; if that takes all that can have, each of them did. Returns whether anything new was learned."
  [^Evidence e k candidates]
  (let [^objects trail (aget ^objects (.-trails e) (int k))
        n (alength trail)]
    ;; last-seen: the newest full sight; puts: known ones since
    (loop [i 0, last-seen nil, puts 0, news false]
      (if (= i n)
        news
        (let [^Mark m (aget trail i)
              ^Mark before last-seen]
          (cond
            (= (.-kind m) put-there) (recur (inc i) before (inc puts) news)
            (and (full? m) (some? before) (= (.-create m) (.-create before)))
            (let [missing (- (.-version m) (.-version before) puts)
                  open (filterv (fn [r] (let [r (long r)] (and (< (.-rev before) r) (<= r (.-rev m)) (free? e k r)))) candidates)
                  new-ones (when (= missing (count open))
                             (filterv (fn [r] (not (contains? (aget ^objects (.-witnessed e) (place e (long r))) k))) open))]
              (cond
                (and (zero? missing) (seq open))
                (do (silence! e k (.-rev before) (.-rev m)) (recur (inc i) m 0 true))
                (seq new-ones)
                (do (doseq [r new-ones] (witness! e r k ops/unknown)) (recur (inc i) m 0 true))
                :else (recur (inc i) m 0 news)))
            (full? m) (recur (inc i) m 0 news)
            (= (.-kind m) seen-there) (recur (inc i) before puts news)
            :else (recur (inc i) nil 0 news)))))))

(defn- settle! [^Evidence e candidates]
  (loop [rounds 0]
    (let [news (reduce (fn [news k] (or (settle-key! e k candidates) news))
                       false (range (alength ^objects (.-trails e))))]
      (when (and news (< rounds 20))
        (recur (inc rounds))))))

(defn- marks
  "What an acknowledged operation with a known revision says about keys, as [key Mark] pairs."
  [op normal ^Txn txn]
  (let [rev (.-rev txn)
        wrote (sure-write? normal)
        ^objects micros (case (:succeeded normal)
                          true (.-then txn)
                          false (.-else txn)
                          (if (empty? (:if normal)) (.-then txn) (object-array 0)))
        mark (fn [^Micro m kind]
               [(.-k m) (Mark. rev kind (.-value m) (.-mod m) (.-create m) (.-version m) (long (:ret op)))])
        single (= 1 (alength micros))]
    (when (>= rev 0)
      (concat
        (comparison-marks op normal txn wrote)
        (keep (fn [^Micro m]
                (cond
                  (= (.-kind m) ops/puts) (mark m put-there)
                  ;; whether a delete among others deleted anything isn't told, and a get may be before or after other writes
                  (not single) (when (= (.-kind m) ops/deletes) (mark m blurred-there))
                  (= (.-kind m) ops/deletes) (case (.-deleted m) 1 (mark m deleted-there) 0 (mark m absent-there) nil)
                  (or (= (.-value m) ops/absent) (= (.-mod m) 0)) (mark m absent-there)
                  (or (>= (.-value m) 0) (>= (.-mod m) 0)) (mark m seen-there)))
              micros)
        ;; what was created at a revision wasn't there before
        (keep (fn [^Micro m]
                (when (and (= (.-kind m) ops/gets) (pos? (.-create m)))
                  [(.-k m) (Mark. (dec (.-create m)) absent-there ops/absent -1 -1 -1 (long (:ret op)))]))
              micros)))))

(defn unsure?
  "Whether the operation may write at a revision that it doesn't claim."
  [op normal]
  (and (ops/writes? normal)
       (not (and (= :ok (:type op)) (:rev normal) (sure-write? normal)))))

(defn written-keys [normal]
  (into #{} (comp (remove #(= :get (first %))) (map second)) (ops/micros normal)))

(defn- reservations
  "By operation: the revision that made what only this pending operation can have made, and that was seen."
  [ops normals ^Evidence e key-ids value-ids]
  (let [puts (for [[i op normal] (map vector (range) ops normals)
                   :when (unsure? op normal)
                   [g k v] (ops/micros normal)
                   :when (= g :put)]
               [[(key-ids k) (value-ids v)] i])
        writers (update-vals (group-by first puts) #(into #{} (map second) %))
        ^longs reserved (.-reserved e)]
    (dotimes [rev (.-most e)]
      (when-not (aget ^booleans (.-claimed e) rev)
        (doseq [[k value] (aget ^objects (.-witnessed e) rev)
                :when (not= value ops/unknown)
                :let [who (writers [k value])]
                :when (= 1 (count who))]
          (aset reserved (int (first who)) (long rev)))))))

(defn evidence ^Evidence [ops normals txns key-ids value-ids]
  (let [most (+ 2 (count (filter ops/writes? normals)))
        keys (count key-ids)
        trails (object-array (repeat keys (object-array 0)))
        e (Evidence. most (boolean-array (inc most)) (int-array (inc most)) (object-array (inc most)) (object-array keys)
                     (long-array (count ops) ops/unknown) trails
                     (every? (fn [[op normal]] (or (not (unsure? op normal)) (= 1 (count (written-keys normal)))))
                             (map vector ops normals))
                     (int-array keys))]
    (doseq [[op normal] (map vector ops normals) :when (= :ok (:type op))]
      (believe! e normal key-ids value-ids))
    (doseq [[op normal] (map vector ops normals) :when (unsure? op normal)
            k (written-keys normal)]
      (let [^ints writers (.-writers e) k (int (key-ids k))]
        (aset writers k (inc (aget writers k)))))
    (doseq [[k found] (group-by first (mapcat (fn [[op normal txn]] (when (= :ok (:type op)) (marks op normal txn)))
                                              (map vector ops normals txns)))]
      (aset trails (int k) (object-array (sort-by (fn [^Mark m] [(.-rev m) (.-kind m)]) (map second found)))))
    (dotimes [k keys]
      (silence-counted! e k))
    (settle! e (unclaimed e))
    (reservations ops normals e key-ids value-ids)
    e))

(defn agrees?
  "Whether an operation whose revision isn't known may have made that of the key space after it, writing these keys at most."
  [^Evidence e op ^ints written ^KeySpace before ^KeySpace after]
  (let [made (.-rev after)
        reserved (aget ^longs (.-reserved e) (int op))]
    (and (or (= reserved made) (= reserved ops/unknown))
         (every? (fn [[k value]]
                   (let [^Cell cell (state/cell-of after (long k))]
                     (and (some? cell) (= (.-mod cell) made) (not (unlike? (long value) (.-value cell))))))
                 (aget ^objects (.-witnessed e) (place e made)))
         (loop [i 0]
           (if (= i (alength written))
             true
             (let [k (aget written i)
                   cell (state/cell-of after k)]
               (if (or (identical? cell (state/cell-of before k))
                       (and (free? e k made) (not (contradicted? e k cell made))))
                 (recur (inc i))
                 false)))))))

(defn leaves!
  "An operation that writes these keys at an unknown revision enters the order (by -1) or leaves it (by 1)."
  [^Evidence e ^ints written ^long by]
  (let [^ints writers (.-writers e)]
    (dotimes [i (alength written)]
      (let [k (aget written i)]
        (aset writers k (unchecked-int (+ (aget writers k) by)))))))

(defn answered!
  "Something that was answered at a revision enters the order (by -1) or leaves it (by 1)."
  [^Evidence e ^long rev ^long by]
  (let [^ints due (.-due e)
        at (place e rev)]
    (aset due at (unchecked-int (+ (aget due at) by)))))
