(ns balsa.checker.search
  "Looks for an order of the operations that explains what clients saw: the search of Wing and Gong, with the list of calls and
  returns and the memory of Lowe (\"Testing for linearizability\", 2017).

    list      calls and returns of acknowledged operations, as they happened. The operations that may come next are those whose
              calls stand before the first return: nothing may be put behind a return that isn't explained yet.
    lift      the operation enters the order: its call and its return leave the list; unlift undoes that.
    pending   operations without an answer stand in a list of their own. They may come next from their call on, for ever, and
              need not come at all, so they are tried last; of those that do the same, the one that was called first.
    pure      an observation that leaves the state as it is is taken as soon as it is possible, without an alternative: in any
              order that has it later, it could as well stand here.
    memory    a configuration (state, and which operations are in the order) that was left without success isn't entered again.

  Whenever the search gets as far as a return that it never reached before, everything before that return is explained."
  (:require [balsa.checker.configs :as configs]
            [balsa.checker.machine])
  (:import (balsa.checker.configs Configs)
           (balsa.checker.machine Machine)))

(set! *warn-on-reflection* true)
(set! *unchecked-math* :warn-on-boxed)

(def ^:private ^:const none -1)
(def ^:private ^:const tail-length 64)
(def ^:private ^:const nobody Long/MAX_VALUE)

;; Nodes of the list: 0 is its head; calls and returns of acknowledged operations from 1 on. Nodes of the list of pending
;; operations: 0 is its head; operation op is node op + 1.
(deftype Board [^Machine machine
                ^longs calls            ; by operation: the event of its call
                ^booleans acknowledged  ; by operation
                ^booleans pure          ; by operation
                ^ints twins             ; by operation: the pending one before it that does the same
                ^longs places           ; by operation: its bit, counted among the acknowledged or among the pending
                ^ints next ^ints prev   ; the list
                ^ints op-at             ; by node: whose call or return
                ^booleans returns       ; by node: whether it is a return
                ^longs event-at         ; by node
                ^ints called-before     ; by return's node: how many acknowledged operations were called before it
                ^ints call-node ^ints return-node
                ^ints next-pending ^ints prev-pending
                ^longs ordered          ; bits: acknowledged operations in the order
                ^longs happened         ; bits: pending operations in the order
                ^longs words])          ; where configurations are written

;; The order so far. One frame for each operation in it.
(deftype Frames [^ints ops ^longs states ^longs barriers ^booleans branches])

(defn- set-bit! [^longs bits ^long i]
  (let [w (bit-shift-right i 6)] (aset bits w (bit-or (aget bits w) (bit-shift-left 1 (bit-and i 63))))))

(defn- clear-bit! [^longs bits ^long i]
  (let [w (bit-shift-right i 6)] (aset bits w (bit-and (aget bits w) (bit-not (bit-shift-left 1 (bit-and i 63)))))))

(defn- bit? [^longs bits ^long i]
  (not (zero? (bit-and (aget bits (bit-shift-right i 6)) (bit-shift-left 1 (bit-and i 63))))))

(defn- unlink! [^ints next ^ints prev ^long node]
  (let [before (aget prev node) after (aget next node)]
    (aset next before after)
    (aset prev after before)))

(defn- relink! [^ints next ^ints prev ^long node]
  (aset next (aget prev node) (unchecked-int node))
  (aset prev (aget next node) (unchecked-int node)))

(defn- lift! [^Board b ^long op]
  (if (aget ^booleans (.-acknowledged b) op)
    (do (unlink! (.-next b) (.-prev b) (aget ^ints (.-call-node b) op))
        (unlink! (.-next b) (.-prev b) (aget ^ints (.-return-node b) op))
        (set-bit! (.-ordered b) (aget ^longs (.-places b) op)))
    (do (unlink! (.-next-pending b) (.-prev-pending b) (inc op))
        (set-bit! (.-happened b) (aget ^longs (.-places b) op))))
  (.lift ^Machine (.-machine b) op))

(defn- unlift! [^Board b ^long op]
  (.unlift ^Machine (.-machine b) op)
  (if (aget ^booleans (.-acknowledged b) op)
    (do (relink! (.-next b) (.-prev b) (aget ^ints (.-return-node b) op))
        (relink! (.-next b) (.-prev b) (aget ^ints (.-call-node b) op))
        (clear-bit! (.-ordered b) (aget ^longs (.-places b) op)))
    (do (relink! (.-next-pending b) (.-prev-pending b) (inc op))
        (clear-bit! (.-happened b) (aget ^longs (.-places b) op)))))

(defn- push! [^Frames frames ^long depth ^long op ^long state]
  (aset ^ints (.-ops frames) depth (unchecked-int op))
  (aset ^longs (.-states frames) depth state))

(defn- take-observations!
  "Takes all observations that are possible in the state. Returns the new depth."
  ^long [^Board b ^Frames frames ^long state ^long depth]
  (let [^ints next (.-next b)
        ^ints prev (.-prev b)]
    (loop [node (aget next 0), depth depth]
      (if (or (zero? node) (aget ^booleans (.-returns b) node))
        depth
        (let [op (aget ^ints (.-op-at b) node)]
          (if (and (aget ^booleans (.-pure b) op)
                   (= state (.step ^Machine (.-machine b) state op)))
            (do (push! frames depth op state)
                (aset ^booleans (.-branches frames) depth false)
                (lift! b op)
                (recur (aget next (aget prev node)) (inc depth)))
            (recur (aget next node) depth)))))))

(defn- first-return
  "The node of the first return in the list, or 0."
  ^long [^Board b]
  (let [^ints next (.-next b)]
    (loop [node (aget next 0)]
      (if (or (zero? node) (aget ^booleans (.-returns b) node)) node (recur (aget next node))))))

(defn- next-call
  "The next operation that may come next, from a node on: acknowledged first, then pending ones from a node of theirs on."
  ^long [^Board b ^long state ^long node ^long barrier]
  (loop [node node]
    (if (or (zero? node) (aget ^booleans (.-returns b) node))
      none
      (let [op (aget ^ints (.-op-at b) node)
            after (.step ^Machine (.-machine b) state op)]
        (if (or (neg? after) (and (= after state) (aget ^booleans (.-pure b) op)))
          (recur (aget ^ints (.-next b) node))
          op)))))

(defn- next-pending-call ^long [^Board b ^long state ^long node ^long barrier]
  (loop [node node]
    (if (zero? node)
      none
      (let [op (dec node)
            twin (aget ^ints (.-twins b) op)]
        (cond
          (> (aget ^longs (.-calls b) op) barrier) none
          (and (>= twin 0) (not (bit? (.-happened b) (aget ^longs (.-places b) twin))))
          (recur (aget ^ints (.-next-pending b) node))
          :else (let [after (.step ^Machine (.-machine b) state op)]
                  (if (or (neg? after) (= after state))
                    (recur (aget ^ints (.-next-pending b) node))
                    op)))))))

(defn- candidate
  "What may come next after op was tried in this state, or first of all if there was none."
  ^long [^Board b ^long state ^long tried ^long barrier]
  (let [acknowledged (or (neg? tried) (aget ^booleans (.-acknowledged b) tried))
        op (long (if acknowledged
                   (next-call b state
                              (aget ^ints (.-next b) (if (neg? tried) 0 (aget ^ints (.-call-node b) tried)))
                              barrier)
                   none))]
    (cond
      (not (neg? op)) op
      acknowledged (next-pending-call b state (aget ^ints (.-next-pending b) 0) barrier)
      :else (next-pending-call b state (aget ^ints (.-next-pending b) (inc tried)) barrier))))

(defn- write-config!
  "Writes the configuration into the board's words, and returns how many they are. Acknowledged operations before the first
  one in the list are all in the order, and none after the barrier is."
  ^long [^Board b ^long state ^long barrier-node]
  (let [^longs words (.-words b)
        ^longs ordered (.-ordered b)
        ^longs happened (.-happened b)
        first-left (aget ^longs (.-places b) (aget ^ints (.-op-at b) (aget ^ints (.-next b) 0)))
        from (bit-shift-right first-left 6)
        to (bit-shift-right (+ 63 (aget ^ints (.-called-before b) barrier-node)) 6)
        taken (- to from)]
    (aset words 0 state)
    (aset words 1 (bit-or first-left (bit-shift-left taken 32)))
    (System/arraycopy ordered (unchecked-int from) words 2 (unchecked-int taken))
    (loop [pending (alength happened)]
      (if (and (pos? pending) (zero? (aget happened (dec pending))))
        (recur (dec pending))
        (do (System/arraycopy happened 0 words (unchecked-int (+ 2 taken)) (unchecked-int pending))
            (+ 2 taken pending))))))

(defn- board ^Board [ops problem]
  (let [n (count ops)
        acknowledged (boolean-array (map #(= :ok (:type %)) ops))
        calls (long-array (map :call ops))
        places (long-array n)
        events (sort (concat (for [[i op] (map-indexed vector ops) :when (aget acknowledged i)] [(:call op) i false])
                             (for [[i op] (map-indexed vector ops) :when (aget acknowledged i)] [(:ret op) i true])))
        m (count events)
        next (int-array (inc m)) prev (int-array (inc m)) op-at (int-array (inc m)) returns (boolean-array (inc m))
        event-at (long-array (inc m) nobody) called-before (int-array (inc m))
        call-node (int-array n) return-node (int-array n)
        next-pending (int-array (inc n)) prev-pending (int-array (inc n))]
    (loop [node 1, left (seq events), called 0]
      (when left
        (let [[event i return?] (first left)
              i (long i)]
          (aset prev node (unchecked-int (dec node)))
          (aset next (dec node) (unchecked-int node))
          (aset op-at node (unchecked-int i))
          (aset returns node (boolean return?))
          (aset event-at node (long event))
          (aset called-before node (unchecked-int called))
          (if return?
            (aset return-node i (unchecked-int node))
            (do (aset call-node i (unchecked-int node))
                (aset places i called)))
          (recur (inc node) (clojure.core/next left) (if return? called (inc called))))))
    (aset prev 0 (unchecked-int m))
    (let [pending (long (loop [i 0, last-node 0, pending 0]
                          (if (= i n)
                            (do (aset prev-pending 0 (unchecked-int last-node)) pending)
                            (if (aget acknowledged i)
                              (recur (inc i) last-node pending)
                              (do (aset next-pending last-node (unchecked-int (inc i)))
                                  (aset prev-pending (inc i) (unchecked-int last-node))
                                  (aset places i pending)
                                  (recur (inc i) (inc i) (inc pending)))))))
          ordered (long-array (inc (quot m 128)))
          happened (long-array (quot (+ pending 63) 64))]
      (->Board (:machine problem) calls acknowledged (:pure problem) (:twins problem) places next prev op-at returns event-at
               called-before call-node return-node next-pending prev-pending ordered happened
               (long-array (+ 4 (alength ordered) (alength happened)))))))

(defn- tail
  "The end of the order as it is now: [op state-before] pairs."
  [^Frames frames ^long depth]
  (mapv (fn [i] [(aget ^ints (.-ops frames) (long i)) (aget ^longs (.-states frames) (long i))])
        (range (max 0 (- depth tail-length)) depth)))

(defn search
  "Searches an order for operations ([{:type :call :ret …}] by call; :ok has to be in it, :info may be) of a problem.

  Limits: :deadline (System/nanoTime), :bytes, and :steps if their number is bounded. Result:

    {:verdict :valid :order [op …]}
    {:verdict :invalid :event e :tail [[op state-before] …] :state s}   all before event e is explained by the order that
                                                                        ends so, in state s, and no order explains more
    {:verdict :unknown :reason r …}                                     out of :time (or steps) or :memory; none found so
                                                                        far that explains more"
  [ops problem {:keys [^long deadline ^long bytes] :as limits}]
  (let [^Board b (board ops problem)
        most-steps (long (:steps limits Long/MAX_VALUE))
        ^Machine machine (.-machine b)
        n (count ops)
        ^Frames frames (->Frames (int-array (inc n)) (long-array (inc n)) (long-array (inc n)) (boolean-array (inc n)))
        ^Configs seen (configs/config-set)]
    ;; tried: the operation to go on after in this configuration; -1 when it was entered just now; -2 to go back from it
    (loop [state (.initial machine), depth 0, tried -1, barrier 0, best -1, best-tail nil, best-state 0, steps 0]
      (cond
        (or (>= steps most-steps)
            (and (zero? (bit-and steps 1023)) (pos? (- (System/nanoTime) deadline))))
        {:verdict :unknown :reason :time :event best :tail best-tail :state best-state :configs (.size seen) :steps steps}

        (and (zero? (bit-and steps 1023)) (> (+ (.bytes seen) (.bytes machine)) bytes))
        {:verdict :unknown :reason :memory :event best :tail best-tail :state best-state :configs (.size seen) :steps steps}

        (= tried -2)
        (if (zero? depth)
          {:verdict :invalid :event best :tail best-tail :state best-state :configs (.size seen) :steps steps}
          (let [depth (dec depth)
                op (aget ^ints (.-ops frames) depth)]
            (unlift! b op)
            (if (aget ^booleans (.-branches frames) depth)
              (recur (aget ^longs (.-states frames) depth) depth op (aget ^longs (.-barriers frames) depth)
                     best best-tail best-state (inc steps))
              (recur state depth -2 barrier best best-tail best-state (inc steps)))))

        (= tried -1)
        (let [depth (take-observations! b frames state depth)
              node (first-return b)]
          (if (zero? node)
            {:verdict :valid :order (mapv #(aget ^ints (.-ops frames) (long %)) (range depth)) :configs (.size seen) :steps steps}
            (let [barrier (aget ^longs (.-event-at b) node)
                  further (> barrier best)
                  best-tail (if further (tail frames depth) best-tail)
                  best-state (long (if further state best-state))
                  best (long (if further barrier best))
                  op (long (if (.add seen (.-words b) (write-config! b state node))
                             (candidate b state none barrier)
                             none))]
              (if (neg? op)
                (recur state depth -2 barrier best best-tail best-state (inc steps))
                (do (push! frames depth op state)
                    (aset ^longs (.-barriers frames) depth barrier)
                    (aset ^booleans (.-branches frames) depth true)
                    (let [after (.step machine state op)]
                      (lift! b op)
                      (recur after (inc depth) -1 barrier best best-tail best-state (inc steps))))))))

        :else
        (let [op (candidate b state tried barrier)]
          (if (neg? op)
            (recur state depth -2 barrier best best-tail best-state (inc steps))
            (do (push! frames depth op state)
                (aset ^longs (.-barriers frames) depth barrier)
                (aset ^booleans (.-branches frames) depth true)
                (let [after (.step machine state op)]
                  (lift! b op)
                  (recur after (inc depth) -1 barrier best best-tail best-state (inc steps))))))))))
