(ns balsa.checker.models
  "The models by name: which operations each knows, what their values have to look like, and where each begins.

  A shape is a function from a value to nil, or to the reason why it isn't one."
  (:require [balsa.checker.etcd-kv :as etcd-kv]
            [balsa.checker.multi-register :as multi-register]
            [balsa.checker.register :as register]
            [clojure.string :as str]))

(defn- anything [_])

(defn- nothing [value]
  (when (some? value) "has no value"))

(defn- known
  "What an answered read has to say; nil would mean that it isn't known."
  [_])

(defn- old-new [value]
  (when-not (and (vector? value) (= 2 (count value)))
    "needs a value [old new]"))

(defn- micro-ops [value]
  (if-not (vector? value)
    "needs a value [[:read k x] [:write k x] …]"
    (some (fn [micro]
            (when-not (and (vector? micro) (= 3 (count micro)) (#{:read :write} (first micro)))
              (str "knows [:read k x] and [:write k x], not " (pr-str micro))))
          value)))

(defn- whole-number [m field]
  (when-some [x (get m field)]
    (when-not (and (int? x) (<= 0 x))
      (str "needs a whole number as " field ", not " (pr-str x)))))

(defn- etcd-map [required counters]
  (fn [value]
    (cond
      (not (map? value)) (str "needs a map with " (str/join ", " required) " as its value")
      :else (or (some #(when-not (contains? value %) (str "needs " %)) required)
                (some #(whole-number value %) counters)))))

(defn- get-answer [value]
  (or ((etcd-map [:key] [:mod :create :version :rev]) value)
      (when (and (contains? value :value) (nil? (:value value)))
        "was answered with :value nil; an absent key is :absent, and a value that isn't known is left out")))

(defn- comparison [c]
  (cond
    (not (and (vector? c) (= 4 (count c)))) (str "needs comparisons [target key op x], not " (pr-str c))
    (not (#{:value :mod :create :version} (first c))) (str "compares :value, :mod, :create or :version, not " (pr-str (first c)))
    (not (#{:= :not= :< :>} (nth c 2))) (str "compares by :=, :not=, :< or :>, not " (pr-str (nth c 2)))
    (and (not= :value (first c)) (not (int? (nth c 3)))) (str "compares " (first c) " with whole numbers, not " (pr-str (nth c 3)))))

(defn- branch-op [m]
  (when-not (and (vector? m)
                 (case (first m)
                   :put (= 3 (count m))
                   :delete (= 2 (count m))
                   :get (<= 2 (count m) 3)
                   false))
    (str "does [:put k v], [:delete k] and [:get k v], not " (pr-str m))))

(defn- txn [value]
  (or ((etcd-map [] [:rev]) value)
      (some #(when-not (or (nil? (% value)) (vector? (% value))) (str "needs a vector as " %)) [:if :then :else])
      (some comparison (:if value))
      (some branch-op (:then value))
      (some branch-op (:else value))
      (when-not (contains? #{nil true false} (:succeeded value)) "needs true or false as :succeeded")))

(defn- same-effects
  "The reason why an answer isn't one to this transaction."
  [asked told]
  (let [effects (fn [branch] (mapv (fn [[g k v]] (if (= g :put) [g k v] [g k])) branch))]
    (some (fn [branch]
            (when-not (= (effects (branch asked)) (effects (branch told)))
              (str "was answered with other operations in " branch)))
          [:then :else])))

(defn- same-micros [asked told]
  (when-not (= (map (fn [[f k x]] (if (= f :write) [f k x] [f k])) asked)
               (map (fn [[f k x]] (if (= f :write) [f k x] [f k])) told))
    "was answered with other operations than it asked for"))

(defn- same [what]
  (fn [asked told]
    (when-not (= (what asked) (what told))
      (str "was answered with " (pr-str (what told)) " instead of " (pr-str (what asked))))))

;; :asked   the shape of an invocation's value
;; :answer  what is known after an answer: from the invocation's value and the completion's
;; :told    the shape of that
;; :agree   why an answer doesn't belong to an invocation
(def ^:private read-op {:asked anything :answer (fn [_ told] told) :told known :must-tell true})
(def ^:private write-op {:asked anything :answer (fn [asked _] asked)})
(def ^:private swap-op {:asked old-new :answer (fn [asked _] asked)})
(def ^:private bare-op {:asked nothing :answer (fn [_ _] nil)})

(defn- etcd-op [asked told agree]
  {:asked asked :answer (fn [asked told] (merge asked told)) :told told :agree agree :map true})

(def models
  "What is known of each model. :renames are the names under which an answer may come back, beside its own."
  {"register" {:fs {:read read-op :write write-op} :initial nil :compile register/compile-ops}
   "cas-register" {:fs {:read read-op :write write-op :cas swap-op} :initial nil :compile register/compile-ops}
   "strict-cas-register" {:fs {:read read-op :write write-op :cas swap-op :cas-fail swap-op :cas-info swap-op}
                          :renames {:cas #{:cas-fail :cas-info}}
                          :initial :absent :compile register/compile-ops}
   "multi-register" {:fs {:txn {:asked micro-ops :answer (fn [_ told] told) :told micro-ops :agree same-micros :must-tell true}}
                     :initial nil :compile multi-register/compile-ops}
   "mutex" {:fs {:acquire bare-op :release bare-op} :initial :free :fixed true :compile register/compile-ops}
   "etcd-kv" {:fs {:put (etcd-op (etcd-map [:key :value] []) (etcd-map [:key :value] [:rev])
                                 (same (juxt :key :value)))
                   :delete (etcd-op (etcd-map [:key] []) (etcd-map [:key] [:deleted :rev]) (same :key))
                   :get (etcd-op (etcd-map [:key] []) get-answer (same :key))
                   :txn (etcd-op txn txn same-effects)}
              :initial nil :fixed true :compile etcd-kv/compile-ops}})

(defn find-model [name]
  (or (models name)
      (throw (IllegalArgumentException.
               (str "there is no model " name ", only " (str/join ", " (sort (keys models))))))))
