(ns balsa.checker.explain
  "Why a history is invalid: the smallest prefix that no order explains, and in it the operations that conflict.

  A prefix is the first so many events; an operation without a completion in it is pending there. Prefixes of a prefix that
  can be explained can be explained, too, so the smallest one that can't is found by halving.

  Operations conflict if they can't be explained even when every other operation is forgotten: it may have happened, at any time
  from its invocation on, or not. Forgetting only makes it easier to find an order; so operations are forgotten in ever
  smaller groups for as long as there is still no order, and those that are left are needed, each of them."
  (:require [balsa.checker.machine]
            [balsa.checker.search :as search])
  (:import (balsa.checker.machine Machine)))

(defn- forgotten
  "An operation of which only the invocation is known: also its name may have come with the answer."
  [op]
  (assoc op :type :info :ret nil :out nil :ret-line nil :f (:asked-f op (:f op))))

(defn cut
  "The operations as they were known after so many events."
  [operations events]
  (into []
        (comp (take-while #(< (:call %) events))
              (map (fn [op] (if (and (:ret op) (<= events (:ret op)))
                              (forgotten op)
                              op))))
        operations))

(defn- compiled [{:keys [compile]} initial operations]
  (compile (filterv #(not= :fail (:type %)) operations) initial))

(defn- searched [[ops problem] limits]
  (assoc (search/search ops problem limits) :ops ops :machine (:machine problem)))

(defn judge
  "The verdict on operations, whatever their model: by a plain contradiction (:refuted, the number of its event), or by a
  search."
  [model initial operations limits]
  (let [[_ problem :as compiled] (compiled model initial operations)]
    (if (:refuted problem)
      {:verdict :invalid :refuted (:refuted problem) :configs 0}
      (searched compiled limits))))

(defn- bounded [limits nanos]
  (update limits :deadline min (+ (System/nanoTime) (long nanos))))

(defn- invalid? [result] (= :invalid (:verdict result)))

(defn- all-events [operations]
  (inc (long (reduce max 0 (mapcat (juxt :call #(or (:ret %) 0)) operations)))))

(defn smallest-prefix
  "Given the result of an invalid history: {:events n, :least true if no smaller prefix is invalid}."
  [model initial operations result limits]
  (let [limits (bounded limits (* 20 1000000000))
        whole (all-events operations)]
    ;; The prefix of explained events is valid, and that of found events is not; nothing in between is known. It is looked for
    ;; in growing steps: behind the event up to which an order was found, or around the one at which a contradiction showed.
    ;; That is only where to begin, for what failed later counts as pending in a prefix.
    (loop [explained (long (if (:refuted result) 0 (:event result)))
           found whole
           hint (if-some [at (:refuted result)] (inc (long at)) 0)
           step 1]
      (if (<= (- found explained) 1)
        {:events found :least true}
        (let [half (quot (+ explained found) 2)
              events (long (cond
                             (< explained hint found) hint
                             (= hint found) (max half (- found step))
                             :else (min half (+ explained step))))
              tried (judge model initial (cut operations events) limits)]
          (case (:verdict tried)
            :invalid (let [at (:refuted tried)
                           hint (if at (min events (inc (long at))) events)]
                       (recur explained events (long (if (= hint explained) events hint)) (* 2 step)))
            :valid (recur events found hint (* 2 step))
            {:events found :least false}))))))

(defn- forget-some
  "Forgets as many of the candidates (indices) as it can, in groups that get smaller."
  [still-invalid? operations candidates]
  (loop [operations operations, left (vec candidates), size (max 1 (quot (count candidates) 2))]
    (let [[operations left]
          (loop [groups (partition-all size left), operations operations, kept []]
            (if-let [group (first groups)]
              (let [tried (reduce (fn [ops i] (update ops i forgotten)) operations group)]
                (if (still-invalid? tried)
                  (recur (rest groups) tried kept)
                  (recur (rest groups) operations (into kept group))))
              [operations kept]))]
      (if (= size 1)
        operations
        (recur operations left (max 1 (quot size 2)))))))

;; What is forgotten may be anywhere: a search through many such operations is given up early, and they are kept.
(def ^:private ^:const steps-to-try 20000)

(defn conflict
  "The operations of an invalid prefix that conflict; :least says that none of them could be left out."
  [model initial operations limits]
  (let [limits (assoc (bounded limits (* 10 1000000000)) :steps (+ steps-to-try (* 4 (count operations))))
        unsure (volatile! false)
        still-invalid? (fn [ops]
                         (let [result (judge model initial ops limits)]
                           (when (= :unknown (:verdict result)) (vreset! unsure true))
                           (invalid? result)))
        ;; that an operation failed is known of it as well
        answered (keep-indexed (fn [i op] (when (not= :info (:type op)) i)) operations)
        left (forget-some still-invalid? operations answered)]
    {:ids (into #{} (comp (filter #(not= :info (:type %))) (map :id)) left)
     :least (not @unsure)}))

(defn- reasons
  "Why none of the operations that could come next can, after the longest order."
  [{:keys [ops machine tail state event]}]
  (let [taken (into #{} (map first) tail)]
    (into []
          (comp (map-indexed vector)
                (filter (fn [[i op]] (and (= :ok (:type op)) (not (taken i)) (< (:call op) event) (<= event (:ret op)))))
                (map (fn [[i op]]
                       {:id (:id op)
                        :reason (if (neg? (.step ^Machine machine (long state) (long i)))
                                  (.refusal ^Machine machine (long state) (long i))
                                  "could come next, but then the others can't")})))
          ops)))

(defn explain
  "All that can be said about an invalid history: :events of the prefix, :least, :conflict (ids), :unexplained (the id of the
  operation whose answer ends the prefix), :order (ids of the end of the longest order), :state after it, :reasons."
  [model initial operations result limits]
  (let [{:keys [events least]} (smallest-prefix model initial operations result limits)
        prefix (cut operations events)
        longest (searched (compiled model initial prefix) (bounded limits (* 2 1000000000)))
        _ (when (= :valid (:verdict longest))
            (throw (IllegalStateException. (str "the checker contradicts itself: an order of what it refuted is "
                                                (mapv #(:id (nth (:ops longest) %)) (:order longest))))))
        {:keys [ids] :as conflict} (conflict model initial prefix limits)
        last-event (dec (long events))
        ids-of (fn [[i]] (:id (nth (:ops longest) i)))]
    {:events events
     :least least
     :prefix prefix
     :conflict ids
     :conflict-least (:least conflict)
     :unexplained (some #(when (= last-event (:ret %)) (:id %)) prefix)
     :order (mapv ids-of (:tail longest))
     :state (.describe ^Machine (:machine longest) (long (:state longest)))
     :reasons (reasons longest)}))
