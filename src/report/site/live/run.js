// The form of a sim: sends what was changed, tells how the run goes on, shows its report.
"use strict";

class Run {
  constructor(form) {
    this.form = form;
    this.words = form.dataset;
    this.report = document.getElementById("report");
    this.fields = [...form.querySelectorAll("[data-knob]")];
    this.compare = form.querySelector("#compare");
    this.seed = form.querySelector("#seed");
    this.problems = form.querySelector(".problems");
    this.start = form.querySelector("button[type=submit]");
    this.cancel = form.querySelector(".cancel");
    this.share = form.querySelector(".share");
    this.status = form.querySelector("[role=status]");
    this.progress = form.querySelector("progress");
    this.count = form.querySelector(".count");
    this.stop = null;
    this.start.hidden = false;
    this.share.hidden = false;
    // A browser that goes back may have kept what was typed: the address says what is meant.
    form.reset();
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      if (!this.stop) this.run();
    });
    form.addEventListener("input", () => this.mark());
    this.cancel.addEventListener("click", () => this.stop?.abort());
    this.mark();
    this.place();
  }

  // What differs from the sim's own settings, as the terminal would take it.
  settings() {
    const settings = new URLSearchParams();
    for (const field of this.fields) {
      const value = field.value.trim();
      if (value !== field.dataset.own && value !== "") settings.append(field.dataset.option, `${field.dataset.knob}=${value}`);
    }
    for (const line of this.compare.value.split("\n")) {
      if (line.trim()) settings.append("vary", line.trim());
    }
    if (this.seed.value.trim() !== this.seed.dataset.own) settings.append("seed", this.seed.value.trim());
    return settings;
  }

  // Shows which fields were changed, and keeps the links up to date.
  mark() {
    for (const field of [...this.fields, this.seed]) {
      field.parentElement.classList.toggle("changed", field.value.trim() !== field.dataset.own);
    }
    this.compare.parentElement.classList.toggle("changed", this.compare.value.trim() !== "");
    const settings = this.settings().toString();
    this.share.search = settings;
    document.querySelector("a.language").search = settings;
  }

  async run() {
    const settings = this.settings();
    this.stop = new AbortController();
    this.begin();
    let said = this.words.failed;
    try {
      const answer = await fetch(this.words.to, {
        method: "POST",
        headers: { "x-prep-token": this.words.token },
        body: settings,
        signal: this.stop.signal,
      });
      if (answer.ok) {
        history.replaceState(null, "", this.share.href);
        said = await this.follow(answer);
      } else this.complain(await answer.text());
    } catch {
      said = this.stop.signal.aborted ? this.words.cancelled : this.words.gone;
    }
    this.end(said);
  }

  // Reads the events of a run to its end; returns what is to be said of it.
  async follow(answer) {
    const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
    let rest = "";
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return this.words.gone;
      rest += value;
      const events = rest.split("\n\n");
      rest = events.pop();
      for (const event of events) {
        const said = this.hear(event);
        if (said !== null) return said;
      }
    }
  }

  hear(event) {
    const lines = event.split("\n");
    const of = (name) => lines.filter((line) => line.startsWith(`${name}: `)).map((line) => line.slice(name.length + 2)).join("\n");
    const kind = of("event");
    if (kind === "") return null;
    const data = JSON.parse(of("data"));
    if (kind === "waiting") this.status.textContent = this.words.waiting;
    if (kind === "progress") this.tell(...data);
    if (kind === "failed") {
      this.complain(data);
      return this.words.failed;
    }
    if (kind !== "report") return null;
    this.report.innerHTML = data;
    return this.words.done;
  }

  tell(done, planned) {
    if (this.status.textContent !== this.words.running) this.status.textContent = this.words.running;
    if (planned === 0) return;
    [this.progress.max, this.progress.value] = [planned, done];
    this.count.textContent = this.words.count.replace("{done}", done).replace("{planned}", planned);
  }

  complain(html) {
    this.problems.innerHTML = html;
    this.place()?.focus();
  }

  // Says at each field what is wrong with it; returns the first of them.
  place() {
    let first;
    for (const item of this.problems.querySelectorAll("li")) {
      const named = new Set([...item.querySelectorAll("code")].map((code) => code.textContent));
      for (const field of this.fields.filter((field) => named.has(field.dataset.knob))) {
        first ??= field;
        field.setAttribute("aria-invalid", "true");
        const words = document.createElement("p");
        words.className = "wrong";
        words.append(...item.cloneNode(true).childNodes);
        field.after(words);
        for (let at = field.closest("details"); at; at = at.parentElement.closest("details")) at.open = true;
      }
    }
    return first;
  }

  begin() {
    this.problems.replaceChildren();
    for (const words of this.form.querySelectorAll(".wrong")) words.remove();
    for (const field of this.fields) field.removeAttribute("aria-invalid");
    this.report.setAttribute("aria-busy", "true");
    this.cancel.hidden = false;
    this.start.disabled = true;
    this.progress.hidden = false;
    this.progress.removeAttribute("value");
    this.count.textContent = "";
    this.status.textContent = this.words.running;
  }

  end(said) {
    this.stop = null;
    this.report.removeAttribute("aria-busy");
    const focused = document.activeElement === this.cancel;
    this.start.disabled = false;
    this.cancel.hidden = true;
    this.progress.hidden = true;
    this.status.textContent = said;
    if (focused) this.start.focus();
    if (said === this.words.done) this.report.scrollIntoView();
  }
}

for (const form of document.querySelectorAll("form.settings")) new Run(form);
