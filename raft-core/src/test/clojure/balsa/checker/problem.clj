(ns balsa.checker.problem
  "How the checker says that a history can't be judged as it is: an ex-info with the line (if there is one) and the reason.")

(defn unreadable [line reason]
  (ex-info (if line (str "line " line ": " reason) reason) {:type ::unreadable :line line :reason reason}))

(defn refuse! [line & reason]
  (throw (unreadable line (apply str reason))))
