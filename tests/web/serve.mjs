// Drives `prep serve` in Chromium: `node serve.mjs ADDRESS [SCREENSHOTS]`, with the address that it
// printed. Says what is wrong and ends with 1, or says how many runs it saw to their end.

import { SIZES, axe, drive, expect, openPage, shot } from "./browser.mjs";

const home = process.argv[2];
const ORIGIN = new URL(home).origin;
const RATE = "knob-load.shoppers.rate";
const POOL = "knob-spring.datasource.hikari.maximum-pool-size";
// A run takes as long as it takes on a busy machine.
const LONG = { timeout: 120_000 };

let runs = 0;

// What the server refuses, a browser reports as an error too: `refused` says that it is meant.
const open = (browser, options, refused = false) =>
  openPage(browser, options, {
    own: (url) => url.startsWith(`${ORIGIN}/`) || url.startsWith("data:"),
    meant: (words) => refused && /status of 4(22|29)/.test(words),
    ended: true,
  });

// axe, and nothing beyond the window.
async function sound(page, what) {
  await axe(page, what);
  const wide = () => document.documentElement.scrollWidth - document.documentElement.clientWidth;
  expect(`${what}: columns beyond the window`, await page.evaluate(wide), 0);
}

const field = (page, id) => page.locator(`[id="${id}"]`);
const status = (page) => page.locator(".course [role=status]");
const said = (page, words) => page.locator(".course [role=status]", { hasText: words }).waitFor(LONG);
const run = (page) => page.locator("form.settings button[type=submit]");
const cancel = (page) => page.locator("form.settings .cancel");

// From the first page to a sim, a knob, a run, its progress, cancelled; again, to the report; the
// link that it leaves.
async function whole(browser) {
  const page = await open(browser, { viewport: SIZES.desk, colorScheme: "light" });
  await page.goto(home);
  await page.locator("header.site nav a", { hasText: "Simulations" }).click();
  await page.locator("main a", { hasText: "Connection pool size" }).first().click();
  await page.waitForURL(/\/en\/sims\/pool-size\.html$/);
  await sound(page, "the page of a sim");
  await shot(page, "serve-sim-en-desk-light");
  expect("what the sim varies", await field(page, POOL).inputValue(), "2, 4, 10, 50");
  expect("the default report", await page.locator("#report h2").first().textContent(), "Report of the sim's own settings");

  await field(page, RATE).fill("1500/s");
  expect("a changed knob is marked", await field(page, RATE).locator("..").getAttribute("class"), "knob changed");
  await run(page).click();
  await page.locator("form.settings .count", { hasText: /of \d+ replications/ }).waitFor(LONG);
  const width = await page.locator("progress").evaluate((bar) => bar.value > 0 && bar.max > bar.value);
  expect("a bar on its way", width, true);
  await cancel(page).press("Enter");
  await said(page, "Cancelled.");
  expect("the focus after it", await page.evaluate(() => document.activeElement.type), "submit");
  expect("the report stays", await page.locator("#report h2").first().textContent(), "Report of the sim's own settings");
  await run(page).click();
  await page.locator("form.settings .count", { hasText: /of \d+ replications/ }).waitFor(LONG);
  await shot(page, "serve-running-en-desk-light");
  await sound(page, "a run on its way");
  // A page that is loaded again has left its run.
  await page.reload();
  expect("the settings are in the address", await field(page, RATE).inputValue(), "1500/s");

  await field(page, RATE).fill("100/s");
  await field(page, POOL).fill("3, 12");
  await page.locator("#seed").fill("9");
  await page.locator("#seed").press("Enter");
  await said(page, "Done");
  runs += 1;
  expect("the fresh report", await page.locator("#report h2").first().textContent(), "Report of your run");
  expect("a line for each value", await page.locator("#report table").first().locator("tbody tr").count(), 2);
  const line = "prep sim pool-size --set load.shoppers.rate=100/s --vary 'spring.datasource.hikari.maximum-pool-size=3, 12' --seed 9";
  expect("the line for a terminal", (await page.locator("#report").textContent()).includes(line), true);
  await sound(page, "a fresh report");
  await shot(page, "serve-report-en-desk-light", true);

  // The address is the link: whoever opens it sees the form filled, and nothing runs.
  const link = await page.locator("a.share").evaluate((a) => a.href);
  expect("the address", page.url(), link);
  const settings = new URL(link).searchParams;
  expect("what the link holds", [...settings], [
    ["vary", "spring.datasource.hikari.maximum-pool-size=3, 12"],
    ["set", "load.shoppers.rate=100/s"],
    ["seed", "9"],
  ]);
  await page.context().close();
  const guest = await open(browser, { viewport: SIZES.phone, colorScheme: "dark" });
  const asked = [];
  guest.on("request", (request) => asked.push(request.method()));
  await guest.goto(link);
  expect("the rate of the link", await field(guest, RATE).inputValue(), "100/s");
  expect("the values of the link", await field(guest, POOL).inputValue(), "3, 12");
  expect("the seed of the link", await guest.locator("#seed").inputValue(), "9");
  expect("nothing runs by itself", [await status(guest).textContent(), asked.includes("POST")], ["", false]);
  await shot(guest, "serve-link-en-phone-dark");
  await guest.locator("a.language").click();
  await guest.waitForURL(/\/ko\/sims\/pool-size\.html\?/);
  expect("the link in Korean", await field(guest, RATE).inputValue(), "100/s");
  await sound(guest, "the page of a sim in Korean");
  await shot(guest, "serve-link-ko-phone-dark", true);
  await guest.context().close();
}

// Wrong settings are told beside the form, where they were typed.
async function wrong(browser) {
  const page = await open(browser, { viewport: SIZES.desk, colorScheme: "dark" }, true);
  await page.goto(`${ORIGIN}/en/sims/pool-size.html`);
  await page.locator("details.others > summary").click();
  const component = page.locator("details.component", { has: field(page, "knob-max_connections") });
  await component.locator("summary").click();
  await field(page, "knob-max_connections").fill("many");
  await component.locator("summary").click();
  await run(page).click();
  await page.locator(".problems li").waitFor();
  const words = await page.locator(".problems").textContent();
  expect("the sentence of the terminal", /max_connections: a whole number was expected, found many/.test(words), true);
  expect("the knob it is about", await page.evaluate(() => document.activeElement.id), "knob-max_connections");
  expect("at the knob too", /whole number/.test(await page.locator(".knob .wrong").textContent()), true);
  expect("it is marked", await page.locator("[aria-invalid]").count(), 1);
  expect("nothing was run", await status(page).textContent(), "It was not run.");
  await sound(page, "wrong settings");
  await shot(page, "serve-wrong-en-desk-dark");
  await field(page, "knob-max_connections").fill("");
  await page.locator("#compare").fill("zebra=1,2");
  await page.locator("#compare").press("Tab");
  await run(page).click();
  await page.locator(".problems li", { hasText: "zebra" }).waitFor();
  expect("the mended knob", await page.locator("[aria-invalid], .wrong").count(), 0);
  await page.goto(`${ORIGIN}/ko/sims/pool-size.html?set=app.cores%3Dmany`);
  expect("a wrong link", await page.locator(".knob .wrong").count(), 1);
  await page.context().close();
}

// Pages that are closed make room: more of them than there are places, one after the other.
async function closed(browser) {
  for (let at = 0; at < 8; at += 1) {
    const page = await open(browser, { viewport: SIZES.desk });
    await page.goto(`${ORIGIN}/ko/sims/pool-size.html?set=load.shoppers.rate%3D2000%2Fs`);
    await run(page).click();
    await said(page, at < 1 ? "실행 중" : /실행 중|기다리는 중/);
    await page.context().close();
  }
  const page = await open(browser, { viewport: SIZES.desk, colorScheme: "light" });
  await page.goto(`${ORIGIN}/ko/sims/deadlock.html`);
  await run(page).click();
  await said(page, "끝났습니다");
  runs += 1;
  await sound(page, "a report in Korean");
  await shot(page, "serve-report-ko-desk-light", true);
  await page.context().close();
}

// A page of another origin cannot ask, even one that knows the token.
async function stranger(browser) {
  const page = await browser.newPage();
  await page.goto(`${ORIGIN}/en/sims/pool-size.html`);
  const token = await page.locator("form.settings").getAttribute("data-token");
  await page.goto("data:text/html,<title>x</title>");
  const answer = await page.evaluate(async ([to, token]) => {
    const post = (headers) => fetch(to, { method: "POST", headers, body: new URLSearchParams({ seed: "1" }) });
    const told = [];
    for (const headers of [{}, { "x-prep-token": token }]) told.push(await post(headers).then(() => "answered", () => "refused"));
    return told;
  }, [`${ORIGIN}/en/sims/pool-size/runs`, token]);
  expect("a stranger", answer, ["refused", "refused"]);
  await page.close();
}

// Without a script there is the report, and a sentence where the form would run.
async function withoutScript(browser) {
  const page = await open(browser, { viewport: SIZES.phone, javaScriptEnabled: false });
  await page.goto(`${ORIGIN}/en/sims/pool-size.html`);
  expect("a button that does nothing", await page.locator("form.settings button:visible").count(), 0);
  expect("why", (await page.content()).includes("Running needs JavaScript."), true);
  expect("the report", await page.locator("#report table").count() > 0, true);
  await page.context().close();
}

await drive([whole, wrong, closed, stranger, withoutScript], () => `${runs} runs`);
