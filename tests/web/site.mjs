// Opens the static site in Chromium as files: `node site.mjs DIR [SCREENSHOTS]`. Says what is wrong
// and ends with 1, or says how many pages it saw.

import { readFileSync } from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";

import { SIZES, axe, drive, expect, openPage, shot } from "./browser.mjs";

const site = process.argv[2];
const NUMBERS = JSON.parse(readFileSync(new URL("numbers.json", import.meta.url), "utf8"));

// A page of each kind.
const KINDS = {
  home: "index.html",
  topics: "topics/index.html",
  topic: "topics/hikaricp-pool.html",
  sims: "sims/index.html",
  sim: "sims/pool-size.html",
  "sim-over-time": "sims/failover.html",
  quizzes: "quizzes/index.html",
  quiz: "quizzes/hikaricp-pool.html",
  search: "search.html?q=pool",
};
const address = (lang, page) => {
  const [file, query] = page.split("?");
  const url = pathToFileURL(path.join(site, lang, file));
  if (query) url.search = query;
  return url.href;
};

const open = (browser, options) => openPage(browser, options, { own: (url) => /^(file:|data:)/.test(url) });

let seen = 0;
async function look(browser) {
  for (const lang of ["en", "ko"]) {
    for (const [size, viewport] of Object.entries(SIZES)) {
      for (const colorScheme of ["light", "dark"]) {
        const page = await open(browser, { viewport, colorScheme });
        for (const [kind, file] of Object.entries(KINDS)) {
          const what = `${kind}-${lang}-${size}-${colorScheme}`;
          await page.goto(address(lang, file));
          if (kind === "search") await page.locator(".results li").first().waitFor();
          expect(`${what}: language`, await page.evaluate(() => document.documentElement.lang), lang);
          const wide = () => document.documentElement.scrollWidth - document.documentElement.clientWidth;
          expect(`${what}: columns beyond the window`, await page.evaluate(wide), 0);
          await axe(page, what);
          await shot(page, what);
          seen += 1;
        }
        await page.context().close();
      }
    }
  }
}

// The search by keyboard alone, in both languages.
async function search(browser) {
  const cases = [
    ["en", "connection pool", "topics/hikaricp-pool.html"],
    ["en", "maximumPoolSize", "topics/hikaricp-pool.html"],
    ["en", "deadlock", "topics/db-locks.html"],
    ["en", "stale reads after a write", "topics/replication-lag.html"],
    ["en", "hikaricpp", "topics/hikaricp-pool.html"],
    ["ko", "커넥션풀", "topics/hikaricp-pool.html"],
    ["ko", "커넥션 풀이", "topics/hikaricp-pool.html"],
    ["ko", "ㅋㄴㅅㅍ", "topics/hikaricp-pool.html"],
    ["ko", "복제 지연", "topics/replication-lag.html"],
    ["ko", "데드락", "topics/db-locks.html"],
    ["ko", "hikari", "topics/hikaricp-pool.html"],
  ];
  const page = await open(browser, { viewport: SIZES.desk, colorScheme: "light" });
  for (const [lang, words, wanted] of cases) {
    await page.goto(address(lang, "sims/deadlock.html"));
    await page.keyboard.press("/");
    await page.keyboard.type(words);
    await page.locator(".found li").first().waitFor({ timeout: 5000 }).catch(() => {});
    if (words === "커넥션풀") {
      await axe(page, "found");
      await shot(page, "found-ko");
    }
    await page.keyboard.press("ArrowDown");
    const first = await page.evaluate(() => document.activeElement.href ?? "nothing");
    expect(`search ${words}`, first.split("#")[0], address(lang, wanted));
  }
  await page.keyboard.press("Enter");
  await page.waitForURL(/topics\/hikaricp-pool/);
  // What is typed is never markup, and leaving the list closes it.
  await page.keyboard.press("/");
  await page.keyboard.type("<img src=x> zzzqqq");
  await page.locator(".found p:has-text('zzzqqq')").waitFor();
  expect("markup in what was typed", await page.locator(".found img, .found li").count(), 0);
  await page.keyboard.press("Escape");
  expect("the list after Escape", await page.locator(".found").isVisible(), false);
  await page.keyboard.press("Enter");
  await page.waitForURL(/search\.html\?q=/);
  await page.context().close();
}

// A quiz by keyboard alone: one option, several, a number.
async function quiz(browser) {
  const page = await open(browser, { viewport: SIZES.phone, colorScheme: "light" });
  await page.goto(address("en", "quizzes/hikaricp-pool.html"));
  const at = (id) => page.locator(`.question[id="${id}"]`);
  const verdict = (id) => at(id).locator(".feedback .verdict").textContent();
  const check = (id) => at(id).locator("button").press("Enter");

  // Nothing chosen is no answer.
  await check("first-wall");
  expect("no choice", await at("first-wall").locator(".feedback").textContent(), "Choose an option first.");
  await at("first-wall").locator("input").first().focus();
  await page.keyboard.press("Space");
  while ((await page.evaluate(() => document.activeElement.value)) !== "threads") await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  expect("a wrong choice", await verdict("first-wall"), "Not right");
  const reasons = await at("first-wall").locator(".feedback .checks li").allTextContents();
  expect("reasons", reasons.length, 4);
  expect("the chosen one first", /More threads only lengthen.*\(chosen\)/s.test(reasons[0]), true);
  expect("then the right one", /Idle CPUs.*\(right, not chosen\)/s.test(reasons[1]), true);
  await axe(page, "an answered question");
  await shot(page, "answered-en-phone-light");
  // Again, right.
  await page.keyboard.press("Tab");
  await check("first-wall");
  await at("first-wall").locator("input[value=pool]").press("Space");
  await page.keyboard.press("Enter");
  expect("the right choice", await verdict("first-wall"), "Right");

  await at("from-2-to-128").locator("input[value=alike]").press("Space");
  await check("from-2-to-128");
  expect("part of it", await verdict("from-2-to-128"), "Partly right: 33 % of the point");

  await at("ceiling").locator("input").focus();
  await page.keyboard.type("many");
  await page.keyboard.press("Enter");
  expect("no number", await at("ceiling").locator(".feedback").textContent(), "A number was expected, such as 200/s.");
  await at("ceiling").locator("input").fill("0.5k");
  await page.keyboard.press("Enter");
  expect("a known trap", await verdict("ceiling"), "Not right");
  const told = await at("ceiling").locator(".feedback .checks li").allTextContents();
  expect("what led to it", /500\/s That is 10 \/ 20 ms/.test(told[0]), true);
  await check("ceiling");
  await at("ceiling").locator("input").fill("12,000/min");
  await page.keyboard.press("Enter");
  expect("the right number", await verdict("ceiling"), "Right");
  expect("points", await page.locator(".score").textContent(), "3 of 17 answered, 2.33 points");
  await shot(page, "score-en-phone-light");

  const read = await page.evaluate((all) => all.map(([typed, unit]) => prepPage.number(typed, unit)), NUMBERS);
  NUMBERS.forEach(([typed, unit, wanted], at) => expect(`${typed} in ${unit}`, read[at], wanted));
  await page.context().close();
}

// Without a script everything can be read: the reasons stand in details.
async function withoutScript(browser) {
  const page = await open(browser, { viewport: SIZES.phone, javaScriptEnabled: false });
  await page.goto(address("ko", "quizzes/hikaricp-pool.html"));
  expect("a button that does nothing", await page.locator("button:visible").count(), 0);
  await page.locator("details summary").first().click();
  expect("reasons", await page.locator("details[open] .checks li").count(), 4);
  await page.goto(address("ko", "search.html"));
  expect("a way on", await page.locator("noscript a").count() > 0 || (await page.content()).includes("<noscript>"), true);
  await page.context().close();
}

async function printed(browser) {
  const page = await open(browser, { viewport: SIZES.desk, colorScheme: "dark" });
  await page.goto(address("ko", "topics/hikaricp-pool.html"));
  await page.emulateMedia({ media: "print" });
  expect("header on paper", await page.locator("header.site").isVisible(), false);
  const paper = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  expect("colour of the paper", paper, "rgb(255, 255, 255)");
  await shot(page, "print-ko");
  await page.context().close();
}

await drive([look, search, quiz, withoutScript, printed], () => `${seen} pages`);
