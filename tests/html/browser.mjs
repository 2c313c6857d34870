// Pages in a real browser: nothing is requested, nothing is wider than the window, the keyboard is enough, the
// accessibility rules of axe hold in light and dark, paper shows all, and without JavaScript the list is there.
//
// node browser.mjs CHROMIUM DIR [SCREENSHOTS]: DIR has calendar.html, year.html, plan.html and report.html.

import assert from "node:assert/strict";
import { readFileSync, mkdirSync } from "node:fs";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import puppeteer from "puppeteer-core";

const [chromium, dir, shots] = process.argv.slice(2);
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const browser = await puppeteer.launch({
  executablePath: chromium,
  args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"],
});
let checks = 0;
const is = (actual, expected, what) => { assert.deepEqual(actual, expected, what); checks += 1; };
if (shots) mkdirSync(shots, { recursive: true });

async function open(name, { width = 1280, scheme = "light", script = true, bypass = false, hash = "" } = {}) {
  const page = await browser.newPage();
  const url = pathToFileURL(`${dir}/${name}.html`).href;
  const wrong = [];
  page.on("pageerror", (error) => wrong.push(String(error)));
  page.on("console", (message) => wrong.push(message.text()));
  page.on("request", (request) => {
    if (request.url() !== url && !request.url().startsWith(`${url}#`) && request.url() !== "data:,") wrong.push(request.url());
  });
  await page.setJavaScriptEnabled(script);
  await page.setBypassCSP(bypass);
  await page.setViewport({ width, height: width < 500 ? 740 : 900 });
  await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: scheme }]);
  await page.goto(url + hash);
  page.wrong = wrong;
  return page;
}
const focused = (page) => page.evaluate(() => document.activeElement.id || document.activeElement.className);
const seen = (page, selector) => page.$eval(selector, (e) => e.checkVisibility());

// Every page: no requests, no errors, no sideways scrolling, axe.
for (const name of ["calendar", "year", "plan", "report"]) {
  const hashes = ["calendar", "year"].includes(name) ? ["#view-month", "#view-list"] : [""];
  for (const scheme of ["light", "dark"]) for (const width of [1280, 360, 320]) for (const hash of hashes) {
    const what = `${name}${hash} ${scheme} ${width}`;
    const page = await open(name, { width, scheme, hash, bypass: true });
    if (await page.$("details:not([open])")) await page.click("#unfold");
    is(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), true, `${what}: too wide`);
    if (shots && width !== 320) await page.screenshot({ path: `${shots}/${name}${hash.replace("#view", "")}-${width}-${scheme}.png` });
    if (name !== "year" && width !== 320) {
      await page.evaluate(axe);
      const { violations } = await page.evaluate(() => axe.run(document, { resultTypes: ["violations"] }));
      is(violations.map((v) => `${v.id}: ${v.nodes[0].html}`), [], what);
    }
    is(page.wrong, [], what);
    await page.close();
  }
}

// The policy holds the page's own script and style, and lets them run.
for (const name of ["calendar", "plan", "report"]) {
  const page = await open(name);
  is(await seen(page, "#theme"), true, name);
  is(page.wrong, [], name);
  const paper = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const before = await paper();
  await page.click("#theme");
  assert.notEqual(await paper(), before, `${name}: the colours change`);
  await page.emulateMediaType("print");
  is(await paper(), "rgba(0, 0, 0, 0)", `${name}: paper stays white`);
  is(await seen(page, "#theme"), false, `${name}: no buttons on paper`);
  const pdf = await page.pdf({ format: "A4" });
  assert.equal(Buffer.from(pdf.subarray(0, 4)).toString(), "%PDF");
  if (shots) (await import("node:fs")).writeFileSync(`${shots}/${name}.pdf`, pdf);
  await page.close();
}

// The calendar with the keyboard alone.
{
  const page = await open("calendar");
  await page.keyboard.press("Tab");
  is(await focused(page), "skip");
  is(await page.$eval(".skip", (e) => e.getBoundingClientRect().top >= 0), true, "the skip link is seen");
  await page.keyboard.press("Enter");
  is(await focused(page), "main");
  await page.goto("about:blank");
  await page.close();
}
{
  const page = await open("calendar");
  for (let i = 0; i < 2; i += 1) await page.keyboard.press("Tab");
  is(await focused(page), "tab-month");
  is(await page.$eval("#tab-month", (e) => getComputedStyle(e).outlineStyle), "solid", "the focus is seen");
  await page.keyboard.press("ArrowRight");
  is([await focused(page), await seen(page, "#list"), await seen(page, "#month")], ["tab-list", true, false]);
  await page.keyboard.press("Home");
  is([await focused(page), await seen(page, "#list"), await seen(page, "#month")], ["tab-month", false, true]);
  await page.keyboard.press("Tab");
  is(await focused(page), "theme", "one stop for the tabs");
  const day = await page.$eval("td a.date", (e) => e.getAttribute("href").slice(1));
  await page.focus("td a.date");
  await page.keyboard.press("Enter");
  await page.waitForFunction((id) => document.activeElement.id === id, {}, day);
  is([await seen(page, "#list"), await seen(page, "#month")], [true, false], "a day leads to its list");
  await page.goBack();
  await page.waitForFunction(() => !document.getElementById("month").hidden);
  await page.close();
}

// On a phone the list comes first.
{
  const page = await open("calendar", { width: 360 });
  is([await seen(page, "#list"), await seen(page, "#month")], [true, false]);
  await page.close();
}

// What is folded opens by the keyboard; on paper all is open.
{
  const page = await open("plan");
  await page.focus("summary");
  await page.keyboard.press("Enter");
  is(await page.$eval("details", (e) => e.open), true);
  await page.click("#unfold");
  is(await page.$$eval("details", (all) => all.every((e) => e.open)), true);
  await page.close();
  const paper = await open("plan", { script: false });
  await paper.emulateMediaType("print");
  is(await paper.$eval("details .body", (e) => e.getBoundingClientRect().height > 0), true, "open on paper");
  await paper.close();
}

// Without JavaScript: the list, and no controls that do nothing.
{
  const page = await open("calendar", { script: false });
  is([await seen(page, "#list"), await seen(page, "#month"), await seen(page, "#bar")], [true, false, false]);
  await page.close();
}

await browser.close();
console.log(`browser: ${checks} checks`);
