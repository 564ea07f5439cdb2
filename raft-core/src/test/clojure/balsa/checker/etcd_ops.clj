(ns balsa.checker.etcd-ops
  "Operations of etcd-kv, all in one form: a transaction with what its client was told.

  A put, a delete and a get are transactions without comparisons. What isn't known is -1, an absent value -2."
  (:import (java.nio.charset StandardCharsets)
           (java.util Arrays)))

(set! *warn-on-reflection* true)
(set! *unchecked-math* :warn-on-boxed)

(def ^:const unknown -1)
(def ^:const absent -2)

(def ^:const puts 0)
(def ^:const deletes 1)
(def ^:const gets 2)

;; kind  puts, deletes or gets
;; value what a put writes; what a get was told, or unknown, or absent
;; deleted  how many keys a delete was told to have deleted, or unknown
(deftype Micro [^long kind ^long k ^long value ^long mod ^long create ^long version ^long deleted])

;; target :value :mod :create :version; x a number of a value for := and :not= of values, else what it is
(deftype Compare [target ^long k op ^long id x])

;; rev        of the answer's header, or unknown
;; succeeded  1, 0 or unknown
(deftype Txn [^objects compares ^objects then ^objects else ^long succeeded ^long rev])

(defn normal
  "An operation as a transaction, in words: what it does, and what its client was told if that is known."
  [{:keys [f value out type]}]
  (let [told (when (= :ok type) out)
        fields (fn [m] (select-keys m [:mod :create :version :deleted]))]
    (merge
      {:rev (:rev told)}
      (case f
        :put {:then [[:put (:key value) (:value value)]]}
        :delete {:then [[:delete (:key value) nil (fields told)]]}
        :get {:then [[:get (:key value) (if (contains? told :value) (:value told) ::unknown) (fields told)]]}
        :txn (let [heard (fn [branch] (mapv (fn [[g k v]] (case g
                                                            :put [:put k v]
                                                            :delete [:delete k]
                                                            :get [:get k (if (or (nil? told) (nil? v)) ::unknown v)]))
                                            (branch (or told value))))]
               {:if (:if value)
                :then (heard :then)
                :else (heard :else)
                :succeeded (:succeeded told)})))))

(defn effect
  "What an operation that is pending does, whatever it is answered: equal for operations that do the same."
  [normal]
  (let [plain (fn [branch] (mapv #(subvec % 0 (if (= :put (first %)) 3 2)) branch))]
    [(:if normal) (plain (:then normal)) (plain (:else normal))]))

(defn- heard-of
  "The values of which some answer or comparison tells."
  [ops normals]
  (into #{} (mapcat (fn [op normal]
                      (concat (when (= :ok (:type op))
                                (keep (fn [[g _ v]] (when (= g :get) v)) (concat (:then normal) (:else normal))))
                              (keep (fn [[target _ _ x]] (when (= target :value) x)) (:if normal))))
                    ops normals)))

(defn without-unseen
  "The same, in which operations without an answer write one and the same value for all that nobody ever heard of: no answer can
  tell them apart, so those that write the same key do the same. Values that are compared for their order keep apart."
  [ops normals]
  (if (some (fn [normal] (some (fn [[target _ op]] (and (= target :value) (#{:< :>} op))) (:if normal))) normals)
    normals
    (let [heard (heard-of ops normals)
          unseen (fn [branch] (when branch
                                (mapv (fn [[g k v :as micro]]
                                        (if (and (= g :put) (not (contains? heard v))) [g k 'some-value] micro))
                                      branch)))]
      (mapv (fn [op normal]
              (if (= :ok (:type op)) normal (-> normal (update :then unseen) (update :else unseen))))
            ops normals))))

(defn writes? [normal]
  (boolean (some #(not= :get (first %)) (concat (:then normal) (:else normal)))))

(defn micros [normal] (concat (:then normal) (:else normal)))

(defn- number [x] (if (nil? x) unknown (long x)))

(defn translate
  "The same with keys and values as numbers."
  ^Txn [normal key-ids value-ids]
  (let [branch (fn [micros]
                 (object-array
                   (map (fn [[g k v {:keys [mod create version deleted]}]]
                          (->Micro (case g :put puts :delete deletes :get gets)
                                   (key-ids k)
                                   (cond (= g :delete) unknown
                                         (= v ::unknown) unknown
                                         (= v :absent) (if (= g :get) absent (value-ids v))
                                         :else (value-ids v))
                                   (number mod) (number create) (number version) (number deleted)))
                        micros)))]
    (->Txn (object-array (map (fn [[target k op x]] (->Compare target (key-ids k) op (value-ids x -3) x)) (:if normal)))
           (branch (:then normal))
           (branch (:else normal))
           (case (:succeeded normal) true 1 false 0 unknown)
           (number (:rev normal)))))

(defn values-of [normal]
  (concat (keep (fn [[g _ v]] (when (and (not= g :delete) (not= v ::unknown)) [v])) (micros normal))
          (keep (fn [[target _ _ x]] (when (= target :value) [x])) (:if normal))))

(defn order-of
  "Compares as etcd does: text by its bytes."
  ^long [a b]
  (if (and (string? a) (string? b))
    (Arrays/compareUnsigned (.getBytes ^String a StandardCharsets/UTF_8) (.getBytes ^String b StandardCharsets/UTF_8))
    (compare a b)))
