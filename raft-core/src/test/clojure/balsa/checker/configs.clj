(ns balsa.checker.configs
  "The configurations that a search has already been in, with a bound on the memory that they take.

  A configuration is a few longs: the state, and which operations are in the order so far. They lie one behind the other in
  chunks of primitive longs, found through an open hash table: no object per configuration, and the bytes are known exactly.")

(set! *warn-on-reflection* true)
(set! *unchecked-math* :warn-on-boxed)

(definterface Configs
  (^boolean add [^longs words ^long length])
  (^long bytes [])
  (^long size []))

(def ^:private ^:const first-chunk 1024)
(def ^:private ^:const full-chunk 65536)

(defn- mix ^long [^long h ^long word]
  (let [x (* (bit-xor h word) -7046029254386353131)]
    (bit-xor x (unsigned-bit-shift-right x 29))))

(defn- hash-of ^long [^longs words ^long length]
  (loop [i 0, h length]
    (if (< i length)
      (recur (inc i) (mix h (aget words i)))
      (bit-xor h (unsigned-bit-shift-right h 32)))))

(defn- same? [^longs chunk ^long from ^longs words ^long length]
  (loop [i 0]
    (cond
      (= i length) true
      (= (aget chunk (+ from i)) (aget words i)) (recur (inc i))
      :else false)))

;; table holds 0 for a free slot, else 1 + (chunk << 32 | offset); hashes holds the upper half of what is there.
(deftype ConfigSet [^java.util.ArrayList chunks
                    ^:unsynchronized-mutable ^longs table
                    ^:unsynchronized-mutable ^ints hashes
                    ^:unsynchronized-mutable ^long used
                    ^:unsynchronized-mutable ^long end
                    ^:unsynchronized-mutable ^long chunk-bytes]
  Configs
  (add [_ words length]
    (let [h (hash-of words length)
          mask (dec (alength table))
          slot (long (loop [slot (bit-and h mask)]
                       (let [entry (aget table slot)]
                         (cond
                           (zero? entry) slot
                           (and (= (aget hashes slot) (unchecked-int (unsigned-bit-shift-right h 32)))
                                (let [at (dec entry)
                                      ^longs chunk (.get chunks (unchecked-int (unsigned-bit-shift-right at 32)))
                                      offset (bit-and at 0xffffffff)]
                                  (and (= (aget chunk offset) length)
                                       (same? chunk (inc offset) words length))))
                           -1
                           :else (recur (bit-and (inc slot) mask))))))]
      (if (neg? slot)
        false
        (let [last-index (dec (.size chunks))
              ^longs newest (when-not (neg? last-index) (.get chunks (unchecked-int last-index)))
              needed (inc length)]
          (when (or (nil? newest) (> (+ end needed) (alength newest)))
            (let [size (max needed (if (nil? newest)
                                     first-chunk
                                     (min full-chunk (* 2 (alength newest)))))]
              (.add chunks (long-array size))
              (set! chunk-bytes (+ chunk-bytes (* 8 size)))
              (set! end 0)))
          (let [index (dec (.size chunks))
                ^longs chunk (.get chunks (unchecked-int index))]
            (aset chunk end length)
            (System/arraycopy words 0 chunk (unchecked-int (inc end)) (unchecked-int length))
            (aset table slot (inc (bit-or (bit-shift-left index 32) end)))
            (aset hashes slot (unchecked-int (unsigned-bit-shift-right h 32)))
            (set! end (+ end needed))
            (set! used (inc used))
            (when (> (* 2 used) (alength table))
              (let [old-table table
                    old-hashes hashes
                    size (* 2 (alength old-table))
                    new-table (long-array size)
                    new-hashes (int-array size)
                    new-mask (dec size)]
                (dotimes [i (alength old-table)]
                  (let [entry (aget old-table i)]
                    (when-not (zero? entry)
                      (let [at (dec entry)
                            ^longs c (.get chunks (unchecked-int (unsigned-bit-shift-right at 32)))
                            offset (bit-and at 0xffffffff)
                            len (aget c offset)
                            key (java.util.Arrays/copyOfRange c (unchecked-int (inc offset)) (unchecked-int (+ 1 offset len)))]
                        (loop [s (bit-and (hash-of key len) new-mask)]
                          (if (zero? (aget new-table s))
                            (do (aset new-table s entry)
                                (aset new-hashes s (aget old-hashes i)))
                            (recur (bit-and (inc s) new-mask))))))))
                (set! table new-table)
                (set! hashes new-hashes)))
            true)))))
  (bytes [_] (+ chunk-bytes (* 12 (alength table))))
  (size [_] used))

(defn config-set
  "An empty set. `add` says whether the configuration is new."
  ^balsa.checker.configs.Configs []
  (->ConfigSet (java.util.ArrayList.) (long-array 256) (int-array 256) 0 0 0))
