// Makes the pictures of the README: `npm run screenshots`.

import { fileURLToPath } from "node:url";
import { launch, serve } from "./browser.mjs";

const [browser, files] = await Promise.all([launch(), serve()]);
const page = await browser.newPage({ locale: "en-GB", viewport: { width: 1400, height: 1150 }, colorScheme: "light" });
await page.goto(files.address);
await page.waitForSelector("#graph svg");
await page.click('[data-call="signIn"]');
await page.click("#send");
await page.waitForFunction(() => document.querySelector("#status").textContent === "200");
await page.screenshot({ path: fileURLToPath(new URL("../../docs/playground.png", import.meta.url)) });
await browser.close();
files.close();
