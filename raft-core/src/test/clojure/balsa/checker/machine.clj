(ns balsa.checker.machine
  "What a model has to give to the search: a state machine over numbers.

  Operations are numbered in the order of their calls; states are numbers that the machine hands out, equal for equal states.
  Whatever differs between models (values, keys, revisions) stays behind these few calls.")

(set! *warn-on-reflection* true)

(definterface Machine
  ;; The state before anything happened.
  (^long initial [])
  ;; The state after the operation, or -1 if it can't have happened in this state with what it was answered.
  (^long step [^long state ^long op])
  ;; The operation enters the order, or leaves it again.
  (^void lift [^long op])
  (^void unlift [^long op])
  ;; Bytes that the states take, roughly.
  (^long bytes [])
  ;; For people: the state, and why the operation isn't possible in it.
  (^Object describe [^long state])
  (^String refusal [^long state ^long op]))

(defrecord Problem
  ;; machine  the Machine
  ;; pure     boolean[]: in a state that it leaves as it is, the operation may be taken at once, for it could nowhere be better
  ;; twins    int[]: the previous pending operation that is just the same, or -1
  ;; refuted  the number of an event by which the history contradicts itself in whatever order, if that is plain; or nil
  [machine pure twins refuted])

(defn twins
  "Of operations in the order of their calls, given what each does (nil for those that have ended): the previous one that does
  the same, or -1."
  ^ints [actions]
  (let [found (int-array (count actions) -1)]
    (loop [i 0, left (seq actions), newest {}]
      (if left
        (let [action (first left)]
          (when-some [before (when (some? action) (newest action))]
            (aset found i (int before)))
          (recur (inc i) (next left) (if (nil? action) newest (assoc newest action i))))
        found))))
