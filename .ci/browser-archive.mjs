// Opens the index pages of archives in Chromium and fails with one line for each promise that is not
// kept. Arguments: Chromium's executable, then the pages. Called by .ci/browser.
import { readFileSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';

const [executablePath, ...pages] = process.argv.slice(2);
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const failures = [];
const started = Date.now();

/** Notes a promise that is not kept. */
function check(kept, what) {
  if (!kept) failures.push(what);
}

/** Opens a page; whatever it loads or complains about is noted. */
async function open(browser, name, file, options) {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  const url = pathToFileURL(file).href;
  page.on('request', (request) => {
    check(request.url().split('#')[0] === url, `${name}: the page asked for ${request.url().slice(0, 120)}`);
  });
  page.on('console', (message) => check(false, `${name}: console: ${message.text().slice(0, 200)}`));
  page.on('pageerror', (error) => check(false, `${name}: script error: ${error.message}`));
  await page.goto(url);
  return { context, page };
}

/** Nothing of the page is wider than the window. */
async function fits(page, name) {
  const [content, window] = await page.evaluate(() => [
    document.documentElement.scrollWidth, document.documentElement.clientWidth,
  ]);
  check(content <= window, `${name}: the page is ${content} px wide in a window of ${window}`);
}

/** No fault that axe knows, of any weight. The policy of the page forbids foreign scripts, so it is
    put in before the page is judged, past that policy. */
async function accessible(browser, name, file, colorScheme) {
  const { context, page } = await open(browser, name, file, { colorScheme, bypassCSP: true });
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => window.axe.run(document, { resultTypes: ['violations'] }));
  for (const found of violations) {
    check(false, `${name}, ${colorScheme}: axe: ${found.id}: ${found.nodes[0].target} (${found.nodes.length} places)`);
  }
  await context.close();
}

/** With scripts: the filter hides and shows, the matrix takes another order, columns sort. */
async function withScripts(browser, name, file) {
  const { context, page } = await open(browser, name, file, { viewport: { width: 1280, height: 900 } });
  await fits(page, `${name}, wide`);
  const rows = page.locator('table.cases tbody tr');
  const all = await rows.count();
  const search = page.locator('[role=search] input');
  check(await search.count() === 1, `${name}: the script did not add its filter`);
  await search.fill('no case says this');
  check(await page.locator('table.cases tbody tr:visible').count() === 0, `${name}: the filter hides nothing`);
  await search.fill('');
  check(await page.locator('table.cases tbody tr:visible').count() === all, `${name}: the filter hides for good`);
  const sorted = page.locator('table.cases th button').first();
  await sorted.click();
  check(await page.locator('table.cases th[aria-sort]').count() === 1, `${name}: a column does not sort`);
  if (await page.locator('#mx').count() > 0) {
    const before = await page.locator('#mx svg.row').first().innerHTML();
    await page.locator('button', { hasText: 'by verdict' }).click();
    await page.locator('button', { hasText: 'by date' }).click();
    check(await page.locator('#mx svg.row').first().innerHTML() === before, `${name}: the matrix does not find back to its order`);
    const rate = await page.locator('#mx tbody tr').count();
    check(rate > 0, `${name}: the matrix has no rows`);
  }
  await page.setViewportSize({ width: 400, height: 800 });
  await fits(page, `${name}, 400 px`);
  const foreign = await page.evaluate(() => 'foreign' in window);
  check(!foreign, `${name}: text of a bundle ran as a script`);
  await context.close();
}

/** Without scripts: every row and every signature is there all the same. */
async function withoutScripts(browser, name, file) {
  const { context, page } = await open(browser, name, file, { javaScriptEnabled: false });
  const html = readFileSync(file, 'utf8');
  const rows = html.match(/<tr id="c-/gu)?.length ?? 0;
  check(await page.locator('tr[id^="c-"]:visible').count() === rows, `${name}: rows are missing without scripts`);
  check((await page.locator('h1').textContent()).length > 10, `${name}: no headline without scripts`);
  check(await page.locator('a[href^="javascript"], img, iframe').count() === 0, `${name}: text of a bundle became an element`);
  await context.close();
  return rows;
}

const browser = await chromium.launch({
  executablePath,
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
    '--disable-background-networking', '--disable-component-update', '--disable-sync'],
});
try {
  for (const file of pages) {
    const name = path.basename(file);
    const before = failures.length;
    check(statSync(file).size < 3_500_000, `${name}: larger than 3.5 MB`);
    await withScripts(browser, name, file);
    const rows = await withoutScripts(browser, name, file);
    await accessible(browser, name, file, 'light');
    await accessible(browser, name, file, 'dark');
    console.log(`${name}: ${rows} rows, ${failures.length === before ? 'as promised' : 'NOT as promised'}`);
  }
} finally {
  await browser.close();
}
for (const failure of failures.slice(0, 40)) console.error(`FAILED ${failure}`);
console.log(`${pages.length} index pages in Chromium: ${Math.round((Date.now() - started) / 1000)} s`);
process.exitCode = failures.length === 0 ? 0 : 1;
