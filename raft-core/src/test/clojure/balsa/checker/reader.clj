(ns balsa.checker.reader
  "Reads the files that recorders write: EDN, one map a line or one vector around all, and JSON lines. Every event knows its
  line; whatever can't be read is refused with the line and the reason."
  (:require [balsa.checker.problem :refer [refuse!]]
            [clojure.edn :as edn]
            [clojure.string :as str])
  (:import (clojure.lang LineNumberingPushbackReader)
           (java.io BufferedReader StringReader)
           (java.nio.charset MalformedInputException StandardCharsets)
           (java.nio.file Files Path)))

(set! *warn-on-reflection* true)

(defn- blank? [c]
  (or (Character/isWhitespace (int c)) (= c (int \,)) (= c 0xfeff)))

(defn- peek-form
  "Skips blanks and comments; the next character, or -1, stays in the reader."
  [^LineNumberingPushbackReader in]
  (loop []
    (let [c (.read in)]
      (cond
        (neg? c) -1
        (blank? c) (recur)
        (= c (int \;)) (do (.readLine in) (recur))
        :else (do (.unread in c) c)))))

(defn- read-form [^LineNumberingPushbackReader in]
  (let [line (.getLineNumber in)]
    (try
      (edn/read {:default (fn [_ value] value) :eof ::eof} in)
      (catch RuntimeException e
        (refuse! (if (str/includes? (str (.getMessage e)) "EOF") line (.getLineNumber in))
                 (if (str/includes? (str (.getMessage e)) "EOF")
                   "the file ends within this event"
                   (str "no EDN: " (.getMessage e))))))))

(defn- event [line form]
  (when (= form ::eof)
    (refuse! line "the file ends within this event"))
  (when-not (map? form)
    (refuse! line "an event is a map, not " (pr-str form)))
  (assoc form :line line))

(defn- edn-events [text]
  (let [in (LineNumberingPushbackReader. (StringReader. text))
        around (= (peek-form in) (int \[))
        begin (.getLineNumber in)]
    (when around (.read in))
    (loop [events []]
      (let [c (peek-form in)
            line (.getLineNumber in)]
        (cond
          (and around (= c (int \]))) (do (.read in)
                                          (when-not (= -1 (peek-form in))
                                            (refuse! (.getLineNumber in) "there is something behind the vector around all events"))
                                          events)
          (= c -1) (if around (refuse! begin "the vector around all events isn't closed") events)
          :else (recur (conj events (event line (read-form in)))))))))

(defn from-json
  "Strings with a leading colon are keywords, also as keys."
  [x]
  (cond
    (and (string? x) (str/starts-with? x ":") (< 1 (count x))) (keyword (subs x 1))
    (map? x) (into {} (map (fn [[k v]] [(from-json k) (from-json v)])) x)
    (instance? java.util.Map x) (into {} (map (fn [[k v]] [(from-json k) (from-json v)])) x)
    (instance? java.util.List x) (mapv from-json x)
    (instance? Integer x) (long x)
    :else x))

(def ^:private micro-names
  #{"read" "write" "put" "delete" "get" "value" "mod" "create" "version" "=" "not=" "<" ">"})

(defn names-to-keywords
  "Within an event from JSON: the names of fields of an operation's value, plain or with a colon, and those of what a
  transaction does."
  [value]
  (let [named (fn [x] (if (and (string? x) (micro-names x)) (keyword x) x))
        micro (fn [m] (if (and (vector? m) (seq m)) (update m 0 named) m))
        compared (fn [c] (if (and (vector? c) (= 4 (count c))) (-> c (update 0 named) (update 2 named)) c))]
    (cond
      (map? value)
      (let [m (into {} (map (fn [[k v]] [(if (string? k) (keyword k) k) v])) value)]
        (cond-> m
          (vector? (:if m)) (update :if #(mapv compared %))
          (vector? (:then m)) (update :then #(mapv micro %))
          (vector? (:else m)) (update :else #(mapv micro %))))
      (and (vector? value) (seq value) (every? #(and (vector? %) (= 3 (count %)) (#{"read" "write"} (first %))) value))
      (mapv micro value)
      :else value)))

(defn typed
  "An event whose keys and names are text, as an event of EDN."
  [m]
  (let [name-of (fn [x] (if (string? x) (keyword x) x))
        m (into {} (map (fn [[k v]] [(name-of k) v])) m)]
    (cond-> m
      (contains? m :type) (update :type name-of)
      (contains? m :f) (update :f name-of))))

(defn- json-events [text]
  (let [read-str @(requiring-resolve 'clojure.data.json/read-str)
        in (BufferedReader. (StringReader. text))]
    (loop [line 1, events []]
      (if-some [s (.readLine in)]
        (if (str/blank? s)
          (recur (inc line) events)
          (let [parsed (try
                         (read-str s :extra-data-fn (fn [_ _] (throw (ex-info "something follows the event" {}))))
                         (catch Exception e
                           (refuse! line "no JSON: " (.getMessage e))))]
            (when-not (map? parsed)
              (refuse! line "an event is an object, not " s))
            (recur (inc line) (conj events (assoc (typed (from-json parsed)) :line line :json true)))))
        events))))

(defn- text-of [^Path path]
  (try
    (Files/readString path StandardCharsets/UTF_8)
    (catch MalformedInputException _
      (let [bytes (Files/readAllBytes path)
            text (String. bytes StandardCharsets/UTF_8)
            at (str/index-of text "\ufffd")]
        (refuse! (when at (inc (count (filter #(= \newline %) (subs text 0 at))))) "this isn't UTF-8 text")))))

(defn read-events
  "The events of a file, by its name: .jsonl or .json is JSON lines, anything else EDN."
  [^Path path]
  (let [name (str (.getFileName path))
        text (text-of path)]
    (if (or (str/ends-with? name ".jsonl") (str/ends-with? name ".json"))
      (json-events text)
      (edn-events text))))

(defn events-from-java
  "Events of io.balsa.raft.testkit.checker.Event, as maps from text; a line is the number of the event, from 1 on."
  [events]
  (into [] (map-indexed (fn [i event] (assoc (typed (from-json event)) :line (inc (long i)) :json true))) events))
