// What every script here does with a browser: pages that tell of errors, axe, screenshots, and the
// end that says what was wrong.

import { mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";

import { chromium } from "playwright-core";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const CHROMIUM = process.env.PREP_CHROMIUM ?? "/usr/bin/chromium";

export const SIZES = { phone: { width: 390, height: 844 }, desk: { width: 1280, height: 900 } };

const faults = [];

export function expect(what, found, wanted) {
  const [a, b] = [JSON.stringify(found), JSON.stringify(wanted)];
  if (a !== b) faults.push(`${what}: ${a}, not ${b}`);
}

// A page that tells of errors, and of requests for an address that `own` does not accept. `meant`
// accepts what a browser reports as an error though the page asked for it; where requests are ended
// on purpose, `ended` says so.
export async function openPage(browser, options, { own, meant = () => false, ended = false }) {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  const tell = (what) => faults.push(`${page.url()}: ${what}`);
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type()) && !meant(message.text())) tell(`console: ${message.text()}`);
  });
  page.on("pageerror", (error) => tell(error));
  page.on("request", (request) => {
    if (!own(request.url())) tell(`asks for ${request.url()}`);
  });
  if (!ended) page.on("requestfailed", (request) => tell(`cannot load ${request.url()}`));
  return page;
}

export async function axe(page, what) {
  // Not as a script of the page: its policy forbids that, and that axe fetches styles.
  await page.evaluate(AXE);
  const { violations } = await page.evaluate(() => globalThis.axe.run(document, { preload: false, resultTypes: ["violations"] }));
  for (const { id, help, nodes } of violations) {
    const places = nodes.slice(0, 3).map((node) => `${node.target.join(" ")} (${node.any[0]?.message ?? ""})`);
    faults.push(`${what}: axe ${id}: ${help}: ${places.join("; ")}`);
  }
}

// Into the directory that the command line names, if it names one.
export async function shot(page, name, whole = false) {
  const shots = process.argv[3];
  if (!shots) return;
  mkdirSync(shots, { recursive: true });
  await page.screenshot({ path: path.join(shots, `${name}.png`), fullPage: whole });
}

// Runs the parts; `seen` says in the end what was seen, if nothing was wrong.
export async function drive(parts, seen) {
  // Files of the test itself: the sandbox of the browser cannot be had as root.
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: ["--no-sandbox"] });
  try {
    for (const part of parts) {
      await part(browser).catch((error) => faults.push(`${part.name}: ${error.stack}`));
    }
  } finally {
    await browser.close();
  }
  for (const fault of faults) console.error(fault);
  console.log(seen());
  process.exitCode = faults.length > 0 ? 1 : 0;
}
