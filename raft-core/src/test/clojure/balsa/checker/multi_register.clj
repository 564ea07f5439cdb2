(ns balsa.checker.multi-register
  "Several registers that transactions read and write at once: the model multi-register."
  (:require [balsa.checker.machine :as machine]
            [clojure.string :as str])
  (:import (balsa.checker.machine Machine)
           (java.util ArrayList Arrays HashMap)))

(set! *warn-on-reflection* true)
(set! *unchecked-math* :warn-on-boxed)

;; What all registers hold, as numbers of values; usable as a key.
(deftype Registers [^ints held]
  Object
  (hashCode [_] (Arrays/hashCode held))
  (equals [_ other] (and (instance? Registers other) (Arrays/equals held ^ints (.-held ^Registers other)))))

(defn- intern-state ^long [^HashMap numbers ^ArrayList states ^Registers state]
  (if-some [known (.get numbers state)]
    (long known)
    (let [number (.size states)]
      (.put numbers state number)
      (.add states state)
      number)))

;; programs: per operation an int[] of triples: 0 reads or 1 writes, which register, which value
(deftype MultiRegister [^ints start ^objects programs keys values ^HashMap numbers ^ArrayList states]
  Machine
  (initial [_] (intern-state numbers states (->Registers start)))
  (step [_ state op]
    (let [^ints program (aget programs op)
          ^ints before (.-held ^Registers (.get states (unchecked-int state)))]
      (loop [i 0, held before]
        (if (= i (alength program))
          (if (identical? held before) state (intern-state numbers states (->Registers held)))
          (let [register (aget program (+ i 1))
                value (aget program (+ i 2))]
            (if (zero? (aget program i))
              (if (= value (aget held register)) (recur (+ i 3) held) -1)
              (let [^ints mine (if (identical? held before) (aclone before) held)]
                (aset mine register value)
                (recur (+ i 3) mine))))))))
  (lift [_ _])
  (unlift [_ _])
  (bytes [_] (* (.size states) (+ 120 (* 4 (alength start)))))
  (describe [_ state]
    (let [^ints held (.-held ^Registers (.get states (unchecked-int state)))]
      (pr-str (into (sorted-map-by #(compare (pr-str %1) (pr-str %2)))
                    (map-indexed (fn [i k] [k (nth values (aget held i))])) keys))))
  (refusal [_ state op]
    (let [^ints program (aget programs op)
          ^ints held (aclone ^ints (.-held ^Registers (.get states (unchecked-int state))))]
      (loop [i 0]
        (let [register (aget program (+ i 1))
              value (aget program (+ i 2))]
          (if (and (zero? (aget program i)) (not= value (aget held register)))
            (str "read " (pr-str (nth values value)) " in " (pr-str (nth keys register))
                 ", but there is " (pr-str (nth values (aget held register))))
            (do (when-not (zero? (aget program i)) (aset held register value))
                (recur (+ i 3)))))))))

(defn- micro-ops
  "What a transaction reads and writes: what a pending one read isn't known."
  [{:keys [value out type]}]
  (if (= :ok type)
    out
    (filterv #(= :write (first %)) value)))

(defn compile-ops [ops initial]
  (let [all (into [] (keep (fn [op] (let [micro (micro-ops op)] (when (or (seq micro) (= :ok (:type op))) [op micro])))) ops)
        ops (mapv first all)
        programs (mapv second all)
        keys (into [] (distinct) (concat (when (map? initial) (clojure.core/keys initial)) (map second (apply concat programs))))
        of (fn [k] (if (map? initial) (get initial k) initial))
        values (into [] (distinct) (concat (map of keys) (map #(nth % 2) (apply concat programs))))
        key-ids (zipmap keys (range))
        value-ids (zipmap values (range))]
    [ops
     (machine/->Problem
       (->MultiRegister (int-array (map (comp value-ids of) keys))
                        (object-array (map (fn [program]
                                             (int-array (mapcat (fn [[f k v]] [(if (= :read f) 0 1) (key-ids k) (value-ids v)])
                                                                program)))
                                           programs))
                        keys values (HashMap.) (ArrayList.))
       (boolean-array (map (fn [program] (every? #(= :read (first %)) program)) programs))
       (machine/twins (map #(when (= :info (:type %1)) %2) ops programs))
       nil)]))
