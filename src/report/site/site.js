// The search, and the questions of a quiz. Everything can be read without this script.
"use strict";

// ---------------------------------------------------------------- numbers of answers

const SECONDS = new Map([
  ...["us", "usec", "microsecond", "microseconds", "마이크로초"].map((name) => [name, [1, 1e6]]),
  ...["ms", "msec", "msecs", "millis", "millisecond", "milliseconds", "밀리초"].map((name) => [name, [1, 1e3]]),
  ...["s", "sec", "secs", "second", "seconds", "초"].map((name) => [name, [1, 1]]),
  ...["min", "mins", "minute", "minutes", "분"].map((name) => [name, [60, 1]]),
  ...["h", "hour", "hours", "시간"].map((name) => [name, [3600, 1]]),
]);
const COUNTED = new Set(
  ("count req reqs request requests tx transaction transactions query queries connection " +
    "connections thread threads row rows times 건 개 회 번 요청 커넥션 스레드").split(" "),
);
// What an answer is asked in: dimension, and base units in one.
const UNITS = {
  "1/s": ["rate", [1, 1]],
  ms: ["time", [1, 1000]],
  s: ["time", [1, 1]],
  count: ["count", [1, 1]],
  "%": ["fraction", [1, 100]],
  share: ["fraction", [1, 1]],
};

// The dimension and scale of a suffix in lower case without spaces, or null.
function measure(suffix) {
  if (SECONDS.has(suffix)) return ["time", SECONDS.get(suffix)];
  if (["tps", "rps", "qps", "hz"].includes(suffix)) return ["rate", [1, 1]];
  if (suffix === "rpm") return ["rate", [1, 60]];
  if (["%", "percent", "퍼센트", "프로"].includes(suffix)) return ["fraction", [1, 100]];
  if (["share", "비율"].includes(suffix)) return ["fraction", [1, 1]];
  if (COUNTED.has(suffix)) return ["count", [1, 1]];
  const at = suffix.indexOf("/") >= 0 ? suffix.indexOf("/") : suffix.indexOf("per");
  if (at < 0) return null;
  const counted = suffix.slice(0, at);
  const per = SECONDS.get(suffix.slice(at + (suffix[at] === "/" ? 1 : 3)));
  const known = counted === "" || counted === "1" || COUNTED.has(counted);
  return known && per ? ["rate", [per[1], per[0]]] : null;
}

// The value of a typed number in `unit`, or null: `1,157 TPS`, `1.16k`, `0.2 s`, `초당 200건`.
function number(typed, unit) {
  let rest = typed.normalize("NFKC").replace(/\u2212/g, "-").replace(/\u03bc/g, "u").trim();
  for (const lead of ["about", "~", "≈", "=", "약"]) {
    if (rest.startsWith(lead)) rest = rest.slice(lead.length).trim();
  }
  let each = null;
  for (const [lead, seconds] of [["초당", 1], ["분당", 60]]) {
    if (each === null && rest.startsWith(lead)) {
      each = seconds;
      rest = rest.slice(lead.length).trim();
    }
  }
  const found = /^([+-]?)([\d.,]+)(?:[eE]([+-]?\d+))?/.exec(rest);
  if (!found || !/\d/.test(found[2])) return null;
  const [whole, ...fractions] = found[2].split(".");
  const fraction = fractions.join(".");
  if (/[.,]/.test(fraction) || !/^(\d*|\d{1,3}(,\d{3})+)$/.test(whole)) return null;
  let value = Number(`${whole.replace(/,/g, "") || 0}.${fraction || 0}e${found[3] || 0}`);
  if (found[1] === "-") value = -value;
  rest = rest.slice(found[0].length).trim();
  let suffix = rest.replace(/\s+/g, "").toLowerCase();
  if (!measure(suffix)) {
    const factor = { k: 1e3, K: 1e3, 천: 1e3, 만: 1e4, M: 1e6 }[rest[0]];
    const after = suffix.slice(1);
    if (factor && (after === "" || measure(after))) [value, suffix] = [value * factor, after];
  }
  const [dimension, own] = UNITS[unit];
  const convert = (from, scale) =>
    from === dimension ? value * ((scale[0] * own[1]) / (scale[1] * own[0])) : null;
  const given = measure(suffix);
  let result = null;
  if (each !== null) {
    if (suffix === "" || (given && given[0] === "count")) result = convert("rate", [1, each]);
  } else if (suffix === "") {
    // A bare 20 may be meant in percent.
    result = unit === "share" && Math.abs(value) > 1 ? null : value;
  } else if (!given) {
    result = unit === "count" && /^\p{L}+$/u.test(suffix) ? value : null;
  } else if (given[0] === "count" && unit === "1/s") {
    result = value;
  } else {
    result = convert(...given);
  }
  return result !== null && Number.isFinite(result) ? result : null;
}

// Converting a unit may cost the last digits.
function within(value, data) {
  const [low, high] = [Number(data.low), Number(data.high)];
  const slack = 1e-9 * Math.max(Math.abs(low), Math.abs(high));
  return value >= low - slack && value <= high + slack;
}

// ---------------------------------------------------------------- questions

function element(tag, className, ...children) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  made.append(...children);
  return made;
}

class Question {
  constructor(quiz, section) {
    [this.quiz, this.section] = [quiz, section];
    this.form = section.querySelector("form");
    this.feedback = section.querySelector(".feedback");
    this.details = section.querySelector("details");
    this.button = this.form.querySelector("button");
    this.reasons = [...this.details.querySelectorAll(".checks > li")];
    this.onward = this.details.querySelector("dl");
    this.score = null;
    this.details.hidden = true;
    this.button.hidden = false;
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      if (this.score === null) this.check();
      else this.reset();
    });
  }

  check() {
    if (this.section.dataset.unit) this.checkNumber();
    else this.checkOptions();
  }

  checkOptions() {
    const chosen = [...this.form.querySelectorAll("input:checked")].map((input) => input.value);
    if (chosen.length === 0) return this.ask(this.quiz.words.choose);
    const isRight = (row) => "right" in row.dataset;
    const isChosen = (row) => chosen.includes(row.dataset.option);
    const right = this.reasons.filter(isRight).length;
    const hits = this.reasons.filter((row) => isRight(row) && isChosen(row)).length;
    // Choosing everything is no strategy.
    const score = Math.max(0, hits - (chosen.length - hits)) / right;
    const rank = (row) => (isChosen(row) && !isRight(row) ? 0 : isRight(row) ? 1 : 2);
    const rows = [...this.reasons].sort((a, b) => rank(a) - rank(b)).map((row) => {
      const shown = row.cloneNode(true);
      const note = isRight(row) && !isChosen(row) ? this.quiz.words.missed : isChosen(row) ? this.quiz.words.chosen : "";
      if (note) shown.lastElementChild.append(" ", element("span", "muted", note));
      if (rank(row) === 2) shown.classList.add("other");
      return shown;
    });
    this.finish(score, rows);
  }

  checkNumber() {
    const typed = this.form.elements.number.value;
    const given = number(typed, this.section.dataset.unit);
    if (given === null) return this.ask(this.section.dataset.expected);
    const right = within(given, this.section.dataset);
    const trap = right ? undefined : this.reasons.find((row) => "low" in row.dataset && within(given, row.dataset));
    const answer = this.reasons.find((row) => "right" in row.dataset);
    this.finish(right ? 1 : 0, [trap, answer].filter(Boolean).map((row) => row.cloneNode(true)));
  }

  // No answer yet: nothing is counted.
  ask(words) {
    this.feedback.replaceChildren(element("p", "bad", words));
    this.form.querySelector("input").focus();
  }

  finish(score, rows) {
    const { right, wrong, partly, again } = this.quiz.words;
    this.score = score;
    const words = score >= 1 ? right : score > 0 ? partly.replace("{n}", Math.round(score * 100)) : wrong;
    const tone = score >= 1 ? "good" : score > 0 ? "accent" : "bad";
    this.feedback.replaceChildren(
      element("p", `verdict ${tone}`, words),
      element("ul", "checks", ...rows),
      this.onward.cloneNode(true),
    );
    for (const input of this.form.querySelectorAll("input")) input.disabled = true;
    this.button.textContent = again;
    this.button.classList.add("quiet");
    this.quiz.tell();
    this.feedback.scrollIntoView({ block: "nearest" });
  }

  reset() {
    this.score = null;
    this.form.reset();
    this.feedback.replaceChildren();
    for (const input of this.form.querySelectorAll("input")) input.disabled = false;
    this.button.textContent = this.quiz.words.check;
    this.button.classList.remove("quiet");
    this.form.querySelector("input").focus();
    this.quiz.tell();
  }
}

class Quiz {
  constructor(root) {
    this.words = root.dataset;
    this.line = root.querySelector(".score");
    this.questions = [...root.querySelectorAll(".question")].map((section) => new Question(this, section));
  }

  // The line of points, once there is something to say.
  tell() {
    const scores = this.questions.map((question) => question.score).filter((score) => score !== null);
    const points = scores.reduce((sum, score) => sum + score, 0);
    const words = this.words.score.replace("{n}", scores.length);
    this.line.textContent = words.replace("{p}", Number(points.toFixed(2)));
    this.line.hidden = scores.length === 0;
  }
}

// ---------------------------------------------------------------- search

const INITIALS = "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ";

const fold = (text) => text.normalize("NFC").toLowerCase();
// Korean is spaced in more than one way, and names are written with signs or without.
const squeeze = (text) => fold(text).replace(/[\s\-_.·]+/g, "");

// The initial consonants of Korean syllables; other letters stay.
function initials(text) {
  return squeeze(text).replace(/[가-힣]/g, (syllable) => INITIALS[Math.floor((syllable.charCodeAt(0) - 0xac00) / 588)]);
}

function pairs(text) {
  const found = new Set();
  for (let at = 0; at + 1 < text.length; at += 1) found.add(text.slice(at, at + 2));
  return [...found];
}

function prepare([kind, path, title, names, passages]) {
  const squeezed = [title, ...names].map(squeeze);
  return {
    kind,
    path,
    title,
    // A question is found by its words; its title is that of the topic.
    names: kind === "quiz" ? [] : squeezed,
    initials: kind === "quiz" ? [] : [title, ...names].map(initials),
    passages: passages.map(([id, heading, text]) => ({
      id,
      heading,
      text,
      headSqueezed: squeeze(heading),
      headInitials: initials(heading),
      folded: fold(text),
      squeezed: squeeze(text),
    })),
  };
}

const startsWord = (text, at) => at === 0 || !/[\p{L}\p{N}]/u.test(text[at - 1]);

// How well a term fits names: whole, at the beginning, inside, or by its pairs of letters.
function inNames(names, term) {
  let best = 0;
  for (const name of names) {
    if (name === term) best = Math.max(best, 100);
    else if (name.startsWith(term)) best = Math.max(best, 60);
    else if (term.length > 2 && name.includes(term)) best = Math.max(best, 40);
  }
  return best;
}

function inPassage(passage, term, folded) {
  let score = term.length > 1 && passage.headSqueezed.includes(term) ? 25 : 0;
  const at = passage.folded.indexOf(folded);
  if (at >= 0) score += startsWord(passage.folded, at) ? 12 : 5;
  else if (term.length > 2 && passage.squeezed.includes(term)) score += 5;
  if (at >= 0) score += Math.min(4, passage.folded.split(folded).length - 2);
  return score;
}

// For words that stand nowhere as they were typed: particles, compounds, small mistakes.
function nearNames(names, term) {
  const wanted = pairs(term);
  if (wanted.length < 2) return 0;
  const shares = names.map((name) => wanted.filter((pair) => name.includes(pair)).length / wanted.length);
  const best = Math.max(0, ...shares);
  return best >= 0.5 ? 30 * best : 0;
}

function nearPassage(passage, term) {
  const wanted = pairs(term);
  if (wanted.length < 2) return 0;
  const share = wanted.filter((pair) => passage.squeezed.includes(pair)).length / wanted.length;
  return share >= 0.75 ? 5 * share : 0;
}

// The score of an entry and its best passage.
function judge(entry, terms, isInitials, known) {
  let total = 0;
  let missed = 0;
  const scores = entry.passages.map(() => 0);
  for (const { folded, term } of terms) {
    let best = isInitials
      ? inNames(entry.initials, term) * 0.6
      : inNames(entry.names, term) || (known.has(term) ? 0 : nearNames(entry.names, term));
    let inText = 0;
    entry.passages.forEach((passage, at) => {
      let score = 0;
      if (isInitials) score = passage.headInitials.includes(term) ? 10 : 0;
      else score = inPassage(passage, term, folded) || (known.has(term) ? 0 : nearPassage(passage, term));
      scores[at] += score;
      inText = Math.max(inText, score);
    });
    if (best === 0 && inText === 0) missed += 1;
    total += best + inText;
  }
  const share = 1 - missed / terms.length;
  const top = Math.max(0, ...scores);
  const kind = entry.kind === "topic" ? 1.15 : entry.kind === "sim" ? 1.05 : 0.8;
  return { entry, score: total * share * share * kind, passage: top > 0 ? entry.passages[scores.indexOf(top)] : null };
}

function find(entries, query, most) {
  const words = fold(query).split(/\s+/).filter(Boolean).slice(0, 8);
  const terms = words.map((folded) => ({ folded, term: squeeze(folded) })).filter(({ term }) => term);
  if (terms.length === 0) return [];
  const isInitials = terms.every(({ term }) => /^[ㄱ-ㅎ]{2,}$/.test(term));
  const whole = squeeze(query);
  if (terms.length > 1) terms.push({ folded: fold(query).trim(), term: whole });
  // Words that stand somewhere as they are need no guess.
  const known = new Set(
    terms.filter(({ term, folded }) => entries.some((entry) =>
      inNames(entry.names, term) > 0 || entry.passages.some((passage) => inPassage(passage, term, folded) > 0))).map(({ term }) => term),
  );
  if (terms.length > 1) known.add(whole);
  const found = entries.map((entry) => judge(entry, terms, isInitials, known)).filter(({ score }) => score > 2);
  found.sort((a, b) => b.score - a.score);
  const least = found.length > 0 ? found[0].score * 0.12 : 0;
  return found.filter(({ score }) => score >= least).slice(0, most);
}

// The words around the first match, the match marked.
function excerpt(text, query) {
  const folded = text.toLowerCase();
  const words = fold(query).split(/\s+/).filter(Boolean);
  const hit = words.map((word) => [folded.indexOf(word), word.length]).find(([at]) => at >= 0);
  const [at, length] = hit || [0, 0];
  const from = at < 50 ? 0 : text.indexOf(" ", at - 45) + 1;
  const to = Math.min(text.length, at + length + 90);
  const shown = element("span", "passage", from > 0 ? "… " : "", text.slice(from, at));
  if (length > 0) shown.append(element("mark", "", text.slice(at, at + length)));
  shown.append(text.slice(at + length, to), to < text.length ? " …" : "");
  return shown;
}

class Search {
  constructor(form) {
    this.form = form;
    this.input = form.querySelector("input");
    this.panel = form.querySelector(".found");
    this.entries = null;
    this.input.addEventListener("focus", () => this.load());
    this.input.addEventListener("input", () => this.load().then(() => this.open()));
    form.addEventListener("keydown", (event) => this.key(event));
    form.addEventListener("focusout", (event) => {
      if (!form.contains(event.relatedTarget)) this.close();
    });
    document.addEventListener("keydown", (event) => {
      const typing = /^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName);
      if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
        event.preventDefault();
        this.input.focus();
      }
    });
  }

  // The index, as a script: a page that was opened as a file may not fetch.
  load() {
    this.loading ??= new Promise((resolve) => {
      const script = document.createElement("script");
      script.src = this.form.dataset.index;
      script.addEventListener("load", () => {
        this.entries = globalThis.prepEntries.map(prepare);
        resolve();
      });
      document.head.append(script);
    });
    return this.loading;
  }

  // Fills a status line and a list with results.
  fill(status, list, most) {
    const query = this.input.value.trim();
    const found = find(this.entries, query, most);
    const { none, some, pages } = this.form.dataset;
    status.textContent = found.length > 0 ? some.replace("{n}", found.length) : none.replace("{q}", query);
    list.replaceChildren(...found.map(({ entry, passage }) => {
      const link = element("a", "", element("span", "name", entry.title), " ", element("span", "kind", this.form.dataset[entry.kind]));
      link.href = pages + entry.path + (passage && passage.id ? `#${passage.id}` : "");
      if (passage) {
        if (passage.heading) link.append(element("span", "passage", passage.heading));
        link.append(excerpt(passage.text, query));
      }
      return element("li", "", link);
    }));
  }

  open() {
    const empty = squeeze(this.input.value) === "";
    if (!empty) this.fill(this.panel.querySelector("p"), this.panel.querySelector("ol"), 8);
    this.panel.hidden = empty;
  }

  close() {
    this.panel.hidden = true;
  }

  key(event) {
    const links = [...this.panel.querySelectorAll("a")];
    const at = links.indexOf(document.activeElement);
    if (event.key === "Escape") {
      this.close();
      this.input.focus();
    } else if (event.key === "ArrowDown" && !this.panel.hidden && at + 1 < links.length) {
      links[at + 1].focus();
      event.preventDefault();
    } else if (event.key === "ArrowUp" && at >= 0) {
      (links[at - 1] || this.input).focus();
      event.preventDefault();
    }
  }

  // The page of results.
  page(root) {
    const status = element("p", "");
    status.setAttribute("role", "status");
    const list = element("ol", "");
    root.append(status, list);
    this.input.value = new URLSearchParams(location.search).get("q") ?? "";
    if (this.input.value.trim() !== "") this.load().then(() => this.fill(status, list, 40));
  }
}

const form = document.querySelector("form.search");
if (form) {
  const search = new Search(form);
  const results = document.querySelector(".results");
  if (results) search.page(results);
}
for (const root of document.querySelectorAll(".quiz")) new Quiz(root);

// For tests of this file.
globalThis.prepPage = { number, find, prepare };
