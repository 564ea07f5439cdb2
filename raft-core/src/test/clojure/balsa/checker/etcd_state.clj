(ns balsa.checker.etcd-state
  "The state of a flat key space with revisions, as immutable values that are compared fast.

  Keys are numbered; each has a cell or none. The hash is a sum over the cells, kept up to date with each change, so that a
  state costs what it changes and not what it holds.")

(set! *warn-on-reflection* true)
(set! *unchecked-math* :warn-on-boxed)

;; One key's value (a number that stands for it) and the three counters that etcd gives with it.
(deftype Cell [^long value ^long mod ^long create ^long version]
  Object
  (hashCode [_] (unchecked-int (+ value (* 31 mod))))
  (equals [this other]
    (or (identical? this other)
        (and (instance? Cell other)
             (let [^Cell o other]
               (and (= value (.-value o)) (= mod (.-mod o)) (= create (.-create o)) (= version (.-version o))))))))

(defn- mix ^long [^long h ^long word]
  (let [x (* (bit-xor h word) -7046029254386353131)]
    (bit-xor x (unsigned-bit-shift-right x 32))))

(defn- weigh
  "What a key's cell adds to the hash of the state."
  ^long [^long k ^Cell cell]
  (if (nil? cell)
    0
    (-> (mix 1 k) (mix (.-value cell)) (mix (.-mod cell)) (mix (.-create cell)) (mix (.-version cell)))))

(deftype KeySpace [^long rev ^clojure.lang.IPersistentVector cells ^long weight]
  Object
  (hashCode [_] (unchecked-int (bit-xor weight (unsigned-bit-shift-right weight 32) rev)))
  (equals [this other]
    (or (identical? this other)
        (and (instance? KeySpace other)
             (let [^KeySpace o other]
               (and (= rev (.-rev o)) (= weight (.-weight o)) (.equals cells (.-cells o))))))))

(defn empty-space
  "No keys, at revision 1."
  ^KeySpace [^long keys]
  (->KeySpace 1 (vec (repeat keys nil)) 0))

(defn cell-of ^Cell [^KeySpace space ^long k]
  (.nth ^clojure.lang.IPersistentVector (.-cells space) (unchecked-int k)))

(defn- with-cell ^KeySpace [^KeySpace space ^long k ^Cell cell]
  (->KeySpace (.-rev space)
              (.assocN ^clojure.lang.IPersistentVector (.-cells space) (unchecked-int k) cell)
              (+ (- (.-weight space) (weigh k (cell-of space k))) (weigh k cell))))

(defn put
  "The key space in the middle of a transaction that makes revision rev."
  ^KeySpace [^KeySpace space ^long k ^long value ^long rev]
  (let [^Cell before (cell-of space k)]
    (with-cell space k
      (if (nil? before)
        (->Cell value rev rev 1)
        (->Cell value rev (.-create before) (inc (.-version before)))))))

(defn delete ^KeySpace [^KeySpace space ^long k]
  (with-cell space k nil))

(defn at-revision ^KeySpace [^KeySpace space ^long rev]
  (->KeySpace rev (.-cells space) (.-weight space)))
