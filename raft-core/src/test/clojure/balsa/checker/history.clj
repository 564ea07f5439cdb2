(ns balsa.checker.history
  "Makes operations of events: pairs each invocation with its completion, and checks that the history is one."
  (:require [balsa.checker.models :as models]
            [balsa.checker.problem :refer [refuse!]]
            [balsa.checker.reader :as reader]
            [clojure.string :as str]))

(set! *warn-on-reflection* true)

(defrecord Operation
  ;; id     place among the calls
  ;; call   number of the invocation's event, from 0; ret the completion's, or nil
  ;; type   :ok, :fail, or :info also for an invocation that was never completed
  ;; value  what was asked; out  what is known of it once it was answered
  [id process f call ret type value out line ret-line])

(def ^:private completions #{:ok :fail :info})

(defn- check-event [{:keys [type f line] :as event} {:keys [fs]}]
  (when-not (contains? event :process) (refuse! line "the event has no :process"))
  (when-not (contains? event :type) (refuse! line "the event has no :type"))
  (when-not (contains? event :f) (refuse! line "the event has no :f"))
  (when-not (or (= type :invoke) (completions type))
    (refuse! line ":type is :invoke, :ok, :fail or :info, not " (pr-str type)))
  (when-not (contains? fs f)
    (refuse! line "the model knows " (str/join ", " (map pr-str (sort (keys fs)))) ", not " (pr-str f))))

(defn- check-shape [event shape value]
  (when-some [reason (and shape (shape value))]
    (refuse! (:line event) (pr-str (:f event)) " " reason)))

(defn- begin [model event id number]
  (let [{:keys [process f value line]} event]
    (check-shape event (get-in model [:fs f :asked]) value)
    (->Operation id process f number nil :info value nil line nil)))

(defn- check-name [model operation event]
  (when-not (or (= (:f operation) (:f event))
                (contains? (get-in model [:renames (:f operation)]) (:f event)))
    (refuse! (:line event) "process " (pr-str (:process event)) " completes " (pr-str (:f event)) ", but invoked "
             (pr-str (:f operation)) " in line " (:line operation))))

(defn- complete [model operation event number]
  (check-name model operation event)
  (let [f (:f event)
        {:keys [answer told agree must-tell] :as op} (get-in model [:fs f])
        done (assoc operation :ret number :ret-line (:line event))
        asked (:value operation)]
    (cond
      (not= :ok (:type event)) (assoc done :type (:type event))
      ;; Whoever reports this doesn't know more than after a lost answer.
      (= f :cas-info) (assoc done :f f :asked-f (:f operation) :type :info)
      :else
      (do
        (when (and must-tell (not (contains? event :value)))
          (refuse! (:line event) (pr-str f) " was answered, but there is no :value"))
        (when (and (:map op) (some? (:value event)) (not (map? (:value event))))
          (refuse! (:line event) (pr-str f) " needs a map as its value, not " (pr-str (:value event))))
        (let [out (answer asked (:value event))]
          (check-shape event told out)
          (when-some [reason (and agree (agree asked out))]
            (refuse! (:line event) (pr-str f) " " reason))
          (assoc done :f f :asked-f (:f operation) :type :ok :out out))))))

(defn- client? [event] (not= :nemesis (:process event)))

(defn- follow
  "Follows one process through an event of it: where it stands now, as [:busy line] or [:gone line], or nil if it is free."
  [[state since] {:keys [process type f line]}]
  (if (= type :invoke)
    (case state
      :busy (refuse! line "process " (pr-str process) " invokes, but what it invoked in line " since " isn't completed")
      :gone (refuse! line "process " (pr-str process) " is used again after its :info in line " since)
      [:busy line])
    (do
      (when-not (= state :busy)
        (refuse! line "process " (pr-str process) " completes " (pr-str f) ", but has invoked nothing"))
      (if (= type :info) [:gone line] nil))))

(defn numbered
  "The events of clients as [number event] pairs, from 0 on, each checked to be an event of the model, and each process to do
  one thing after the other. Events of the :nemesis have a number, but are left out."
  [model events]
  (loop [left (seq events), number 0, clients (transient []), processes (transient {})]
    (if-not left
      (persistent! clients)
      (let [event (first left)]
        (if (client? event)
          (do
            (check-event event model)
            (recur (next left) (inc number) (conj! clients [number event])
                   (assoc! processes (:process event) (follow (get processes (:process event)) event))))
          (recur (next left) (inc number) clients processes))))))

(defn operations
  "The operations of numbered events, by their calls."
  [model numbered]
  (loop [left (seq numbered), operations [], open {}]
    (if-not left
      operations
      (let [[number event] (first left)
            {:keys [process type]} event
            event (cond-> event (:json event) (update :value reader/names-to-keywords))]
        (if (= type :invoke)
          (recur (next left)
                 (conj operations (begin model event (count operations) number))
                 (assoc open process (count operations)))
          (let [at (open process)]
            (recur (next left)
                   (assoc operations at (complete model (operations at) event number))
                   (dissoc open process))))))))

(defn- pair [{:keys [value line]}]
  (when-not (and (vector? value) (= 2 (count value)))
    (refuse! line "with --independent a value is [key value], not " (pr-str value)))
  value)

(defn by-key
  "The numbered events of each key of an independent history, as [key numbered], by the first invocation of each."
  [numbered]
  (loop [left (seq numbered), open {}, order [], histories {}]
    (if-not left
      (mapv (fn [k] [k (histories k)]) order)
      (let [[number {:keys [process type value line] :as event}] (first left)
            asked (open process)
            ;; a completion need not repeat the key
            [k v :as given] (if (and (not= type :invoke) (nil? value)) [asked] (pair event))
            event (if (= 2 (count given)) (assoc event :value v) (dissoc event :value))]
        (when-not (or (= type :invoke) (= k asked))
          (refuse! line "process " (pr-str process) " completes something with key " (pr-str k) ", but invoked it with "
                   (pr-str asked)))
        (recur (next left)
               (assoc open process k)
               (if (contains? histories k) order (conj order k))
               (update histories k (fnil conj []) [number event]))))))
