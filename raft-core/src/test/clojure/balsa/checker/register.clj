(ns balsa.checker.register
  "One value: the models register, cas-register and strict-cas-register, and the mutex, which is a register of two values."
  (:require [balsa.checker.machine :as machine])
  (:import (balsa.checker.machine Machine)))

(set! *warn-on-reflection* true)
(set! *unchecked-math* :warn-on-boxed)

(def ^:private ^:const reads 0)
(def ^:private ^:const writes 1)
(def ^:private ^:const swaps 2)
(def ^:private ^:const refused 3)

(defn- shown [value] (pr-str value))

;; kinds, as, bs: per operation what it does and with which values; values: their names
(deftype Register [^long start ^ints kinds ^ints as ^ints bs values]
  Machine
  (initial [_] start)
  (step [_ state op]
    (let [kind (aget kinds op)
          a (long (aget as op))]
      (cond
        (= kind reads) (if (= state a) state -1)
        (= kind writes) a
        (= kind swaps) (if (= state a) (long (aget bs op)) -1)
        :else (if (= state a) -1 state))))
  (lift [_ _])
  (unlift [_ _])
  (bytes [_] 0)
  (describe [_ state] (shown (nth values state)))
  (refusal [_ state op]
    (let [holds (shown (nth values state))
          a (shown (nth values (aget as op)))
          kind (aget kinds op)]
      (cond
        (= kind reads) (str "read " a ", but there is " holds)
        (= kind swaps) (str "found " a ", but there is " holds)
        :else (str "did not find " a ", but there is " holds)))))

(defn- action
  "What an operation does to a register, as [kind a b], or nil if it need not be looked at."
  [{:keys [f value out type]}]
  (let [ok (= :ok type)]
    (case f
      :read (when ok [reads out nil])
      :write [writes value nil]
      :cas [swaps (first value) (second value)]
      :cas-fail (when ok [refused (first value) nil])
      :cas-info [swaps (first value) (second value)]
      :acquire [swaps :free :held]
      :release [swaps :held :free])))

(defn- wanted
  "The values that an operation wants to find."
  [[kind a]]
  (when (or (= kind reads) (= kind swaps)) [a]))

(defn- useless
  "Pending operations that need not be considered: nobody could tell that they happened. Only where no operation observes
  that a value is not there."
  [ops actions]
  (if (some #(= refused (first %)) actions)
    #{}
    (loop [out #{}]
      (let [sought (into #{} (comp (remove #(out (first %))) (mapcat #(wanted (second %)))) (map vector (range) actions))
            more (into #{}
                       (keep-indexed
                         (fn [i [op [kind a b]]]
                           (when (and (= :info (:type op))
                                      (not (contains? sought (if (= kind writes) a b))))
                             i)))
                       (map vector ops actions))]
        (if (= more out) out (recur more))))))

(defn compile-ops
  "Chooses the operations that matter, and makes their Problem: [ops problem]."
  [ops initial]
  (let [all (into [] (keep (fn [op] (when-some [a (action op)] [op a]))) ops)
        drop? (useless (mapv first all) (mapv second all))
        kept (into [] (keep-indexed (fn [i pair] (when-not (drop? i) pair))) all)
        ops (mapv first kept)
        actions (mapv second kept)
        values (into [] (distinct) (cons initial (mapcat rest actions)))
        ids (zipmap values (range))]
    [ops
     (machine/->Problem
       (->Register (long (ids initial))
                   (int-array (map first actions))
                   (int-array (map #(ids (nth % 1)) actions))
                   (int-array (map #(ids (nth % 2)) actions))
                   values)
       (boolean-array (map (fn [[kind a b]] (not (or (= kind writes) (and (= kind swaps) (not= a b))))) actions))
       (machine/twins (map #(when (= :info (:type %1)) %2) ops actions))
       nil)]))
