(ns balsa.checker.core
  "Judges histories: the one entry for everybody."
  (:require [balsa.checker.explain :as explain]
            [balsa.checker.history :as history]
            [balsa.checker.models :as models]
            [balsa.checker.problem :refer [refuse!]]
            [balsa.checker.reader :as reader]
            [clojure.edn :as edn]))

(set! *warn-on-reflection* true)

(defn- unexplained
  "The verdict on the history of one key, or of all."
  [model initial operations events limits]
  (let [result (explain/judge model initial operations limits)]
    (case (:verdict result)
      :valid {:verdict :valid :configs (:configs result)}
      :unknown {:verdict :unknown :reason (:reason result) :configs (:configs result)}
      :invalid (assoc (explain/explain model initial operations result limits)
                      :verdict :invalid :configs (:configs result)))))

(defn- worst [verdicts]
  (or (first (filter #(= :invalid (:verdict %)) verdicts))
      (first (filter #(= :unknown (:verdict %)) verdicts))
      {:verdict :valid :configs (reduce + 0 (map :configs verdicts))}))

(defn check
  "The verdict on a history of events: {:verdict :valid}, {:verdict :unknown :reason :time or :memory}, or {:verdict :invalid …}
  with what explain says, and :key if each key was judged alone.

  Options: :model (a name), :initial with :initial-given, :independent, :nanos, :bytes."
  [events {:keys [initial initial-given independent nanos bytes] :as options}]
  (let [model (models/find-model (:model options))
        initial (if initial-given initial (:initial model))
        deadline (+ (System/nanoTime) (long nanos))
        limits {:deadline (if (neg? deadline) Long/MAX_VALUE deadline) :bytes bytes}
        numbered (history/numbered model events)]
    (when (and initial-given (:fixed model))
      (throw (IllegalArgumentException. (str "the model " (:model options) " always begins alike: leave the initial value out"))))
    (if independent
      (worst (reduce (fn [verdicts [k numbered]]
                       (let [verdict (assoc (unexplained model initial (history/operations model numbered) events limits) :key k)]
                         (cond-> (conj verdicts verdict)
                           (= :invalid (:verdict verdict)) reduced)))
                     [] (history/by-key numbered)))
      (unexplained model initial (history/operations model numbered) events limits))))

(defn read-edn
  "One EDN value, as on a command line."
  [text]
  (edn/read-string {:default (fn [_ value] value)} text))

(defn- text-of
  "An operation in a few words."
  [{:keys [f value out type]}]
  (let [told (if (= :ok type) out value)]
    (str (name f) (when (some? (if (= :ok type) (if (nil? told) value told) value))
                    (str " " (pr-str (if (nil? told) value told))))
         (when (and (= :ok type) (= f :read) (nil? told)) " nil"))))

(defn- operation-for-java [local-id {:keys [process call ret type line ret-line] :as op}]
  {"id" local-id "process" (pr-str process) "text" (text-of op) "type" (name type)
   "call" call "return" ret "line" line "return-line" ret-line})

(defn check-for-java
  "The verdict as a map from text to plain values. The ids of operations are places in \"operations\"."
  [events model initial-given initial independent nanos bytes]
  (let [{:keys [verdict] :as found}
        (check events {:model model :initial-given initial-given :initial initial :independent independent
                       :nanos nanos :bytes bytes})]
    (case verdict
      :valid {"verdict" "valid"}
      :unknown {"verdict" "unknown" "reason" (name (:reason found))}
      :invalid {"verdict" "invalid"
                "key" (when (contains? found :key) (pr-str (:key found)))
                "events" (:events found)
                "least" (:least found)
                "conflict" (vec (sort (:conflict found)))
                "conflict-least" (:conflict-least found)
                "unexplained" (:unexplained found)
                "order" (:order found)
                "state" (:state found)
                "refusals" (mapv (fn [{:keys [id reason]}] {"id" id "reason" reason}) (:reasons found))
                "operations" (into [] (map-indexed operation-for-java) (:prefix found))})))
