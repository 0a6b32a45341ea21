// The page in a real browser, on the machine in it and on the server that AUTHFLOW_SERVER names.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, describe, test } from "node:test";
import { hasBrowser, hasMachine, launch, serve } from "./browser.mjs";

const required = process.env.PLAYGROUND === "required";
const missing = !hasBrowser ? "there is no Chromium" : !hasMachine ? "the machine has not been built" : false;
if (missing && required) throw new Error(missing);
if (missing) console.log(`SKIPPED: ${missing}`);

const AXE = await readFile(new URL("../node_modules/axe-core/axe.min.js", import.meta.url), "utf8").catch(() => null);

async function opened(browser, address, more = {}) {
  const page = await browser.newPage({ locale: "en-GB", ...more });
  page.problems = [];
  page.on("pageerror", (error) => page.problems.push(error.message));
  page.on("request", (request) => { if (new URL(request.url()).origin !== new URL(address).origin && !/^(data|blob):/.test(request.url())) page.problems.push(request.url()); });
  await page.goto(address);
  await page.waitForSelector("#graph svg");
  return page;
}

const press = async (page, call) => {
  await page.click(`[data-call="${call}"]`);
  const answered = page.evaluate(() => new Promise((done) => new MutationObserver((_, it) => { it.disconnect(); done(); }).observe(document.querySelector("#status"), { childList: true, characterData: true, subtree: true })));
  await page.click("#send");
  await answered;
};
const text = (page, selector) => page.textContent(selector);
const lit = (page) => page.getAttribute("#graph .state.now", "data-state");

describe("in the page", { skip: missing }, () => {
  let browser;
  let files;
  before(async () => { [browser, files] = await Promise.all([launch(), serve()]); });
  after(async () => { await browser.close(); files.close(); });

  test("the road of the seed: warned, skipped, signed in", async () => {
    const page = await opened(browser, files.address);
    await press(page, "signIn");
    assert.match(await text(page, "#body"), /PASSWORD_WARN/);
    assert.equal(await lit(page), "PasswordExpiring");
    assert.deepEqual(await page.$$eval("#questions strong", (all) => all.map((one) => one.textContent)), ["FindAccount", "ReserveAttempt", "VerifyPassword", "DecideAccess", "Commit"]);
    await press(page, "skip");
    assert.match(await text(page, "#body"), /SUCCESS/);
    assert.equal(await lit(page), "SessionIssued");
    assert.match(await text(page, "#way"), /Start → PasswordExpiring → Skipped → SessionIssued/);
    assert.equal(await page.$$eval("#tokens table", (all) => all.length), 2);
    assert.match(await text(page, "#tokens"), /sub/);
    assert.deepEqual(page.problems, []);
  });

  test("a second factor", async () => {
    const page = await opened(browser, files.address);
    await page.selectOption('[name="subject_factor"]', "totp");
    await page.fill('[name="password_days"]', "1");
    await page.click("#policy .main");
    await press(page, "signIn");
    assert.equal(await lit(page), "FactorRequired");
    await press(page, "prove");
    assert.equal(await lit(page), "SessionIssued");
  });

  test("a host that fails, and one that somebody was quicker at", async () => {
    const page = await opened(browser, files.address);
    await press(page, "signIn");
    for (const [kind, status] of [["unavailable", "500"], ["replayed", "400"], ["changed", "400"]]) {
      await page.click("#policy .main");
      await press(page, "signIn");
      await press(page, "skip");
      await page.click("#policy .main");
      await press(page, "signIn");
      await page.selectOption('#questions select[aria-label="Commit"]', kind);
      await press(page, "skip");
      assert.equal(await text(page, "#status"), status, kind);
      assert.equal(await lit(page), "PasswordExpiring", kind);
    }
  });

  test("every attack is withstood", async () => {
    const page = await opened(browser, files.address);
    await press(page, "signIn");
    await press(page, "skip");
    for (const name of await page.$$eval("[data-attack]", (all) => all.map((one) => one.dataset.attack))) {
      await page.click(`[data-attack="${name}"]`);
      assert.match(await text(page, "#verdict"), /^Withstood: /, name);
    }
  });

  test("time to expiry", async () => {
    const page = await opened(browser, files.address);
    await press(page, "signIn");
    await page.click("#expire");
    assert.match(await text(page, "#tokens"), /over/);
    await press(page, "skip");
    assert.equal(await text(page, "#status"), "400");
    await page.click('[data-pass="86400"]');
    assert.match(await text(page, "#now"), /2023-11-15/);
  });

  test("a policy out of bounds is told, and findings follow the policy", async () => {
    const page = await opened(browser, files.address);
    await page.fill('[name="warn_before_days"]', "99");
    await page.click("#policy .main");
    assert.match(await text(page, "#policy-error"), /warn_before_days \(99\) must be less than max_age_days \(90\)/);
    await page.fill('[name="warn_before_days"]', "14");
    await page.selectOption('[name="second_factor"]', "always");
    await page.click("#policy .main");
    assert.doesNotMatch(await text(page, "#findings"), /one factor/);
  });

  test("both languages", async () => {
    const page = await opened(browser, files.address);
    await page.selectOption("#language", "zh");
    assert.equal(await text(page, "#request-title"), "请求");
    await press(page, "wrong");
    assert.match(await text(page, "#body"), /[\u4e00-\u9fff]/, "the library speaks it too");
    const { WORDS } = await import("../page/words.js");
    assert.deepEqual(Object.keys(WORDS.zh).sort(), Object.keys(WORDS.en).sort());
  });

  test("a request can be edited, and what is no curl command is told", async () => {
    const page = await opened(browser, files.address);
    await page.fill("#curl", "curl https://login.example/api/v2/sdk/elsewhere");
    await page.click("#send");
    await page.waitForFunction(() => document.querySelector("#status").textContent === "404");
    await page.fill("#curl", "rm -rf");
    await page.click("#send");
    assert.match(await text(page, "#request-error"), /curl/);
  });

  for (const [width, scheme] of [[390, "light"], [1600, "dark"]]) {
    test(`nothing serious for axe, and nothing cut off, at ${width} in ${scheme}`, async () => {
      const page = await opened(browser, files.address, { viewport: { width, height: 900 }, colorScheme: scheme });
      await press(page, "signIn");
      assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), "no sideways scroll");
      await page.evaluate(AXE);
      const { violations } = await page.evaluate(() => axe.run());
      const grave = violations.filter(({ impact }) => impact === "serious" || impact === "critical");
      assert.deepEqual(grave.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target).join(", ")}`), []);
    });
  }
});

const SERVER = process.env.AUTHFLOW_SERVER;
describe("on the server", { skip: hasBrowser && SERVER ? false : "AUTHFLOW_SERVER names none" }, () => {
  let browser;
  before(async () => { browser = await launch(); });
  after(() => browser.close());

  test("the road of the seed", async () => {
    const page = await opened(browser, SERVER);
    assert.equal(await page.inputValue("#backend"), "onServer");
    await press(page, "signIn");
    assert.match(await text(page, "#body"), /PASSWORD_WARN/);
    await press(page, "skip");
    assert.equal(await lit(page), "SessionIssued");
    assert.equal(await page.isVisible("#questions"), false);
    assert.deepEqual(page.problems, []);
  });
});
