// Opens HTML reports in Chromium and fails with one line for each promise that is not kept.
// Arguments: Chromium's executable, then the reports. Called by .ci/browser.
import { execFileSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';

const [executablePath, ...reports] = process.argv.slice(2);
const failures = [];
const started = Date.now();

/** Notes a promise that is not kept. */
function check(kept, what) {
  if (!kept) failures.push(what);
}

/** Text without white space and hyphens: where a page breaks its lines is none of the text. */
const dense = (text) => text.replace(/[\s-]+/gu, '');

/** The JSON that a report carries. */
function embedded(file) {
  const html = readFileSync(file, 'utf8');
  const data = html.split('id="bundlescope-report">')[1].split('</script>')[0];
  return JSON.parse(data);
}

/** Opens a report; whatever it loads or complains about is noted. */
async function open(browser, name, file, options, fragment = '') {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  const url = pathToFileURL(file).href;
  page.on('request', (request) => {
    const own = request.url().split('#')[0] === url;
    check(own, `${name}: the page asked for ${request.url().slice(0, 120)}`);
  });
  page.on('console', (message) => check(false, `${name}: console: ${message.text().slice(0, 200)}`));
  page.on('pageerror', (error) => check(false, `${name}: script error: ${error.message}`));
  page.on('dialog', (dialog) => {
    check(false, `${name}: a dialog opened: ${dialog.message()}`);
    return dialog.dismiss();
  });
  await page.goto(url + fragment);
  return { context, page };
}

/** Nothing of the page is wider than the window. */
async function fits(page, name) {
  const [content, window] = await page.evaluate(() => [
    document.documentElement.scrollWidth, document.documentElement.clientWidth,
  ]);
  check(content <= window, `${name}: the page is ${content} px wide in a window of ${window}`);
}

/** A picture of the first screen that shows something. */
async function picture(page, name, file) {
  await page.screenshot({ path: file });
  check(statSync(file).size > 10_000, `${name}: the screenshot is nearly empty`);
  return readFileSync(file);
}

/** With scripts: they run, they filter, and nothing of the bundle runs with them. */
async function withScripts(browser, name, file, report) {
  const { context, page } = await open(browser, name, file, { viewport: { width: 1280, height: 900 } });
  await fits(page, `${name}, wide`);
  const light = await picture(page, `${name}, light`, `${file}.light.png`);
  await page.emulateMedia({ colorScheme: 'dark' });
  const dark = await picture(page, `${name}, dark`, `${file}.dark.png`);
  check(!light.equals(dark), `${name}: dark looks like light`);
  await page.setViewportSize({ width: 400, height: 800 });
  await fits(page, `${name}, 400 px`);
  await picture(page, `${name}, 400 px`, `${file}.narrow.png`);
  const foreign = await page.evaluate(() => 'foreign' in window);
  check(!foreign, `${name}: text of the bundle ran as a script`);
  const evil = await page.locator('a[href^="javascript"], img, iframe').count();
  check(evil === 0, `${name}: text of the bundle became an element`);
  if (report.findings.length > 0) {
    const search = page.locator('[role=search] input');
    check(await search.count() === 1, `${name}: the script did not add its filter`);
    await search.fill('no finding says this');
    check(await page.locator('[data-rule]:visible').count() === 0, `${name}: the filter hides nothing`);
    await search.fill('');
    check(await page.locator('[data-rule]:visible').count() > 0, `${name}: the filter hides for good`);
  }
  await context.close();
}

/** Without scripts: everything is there all the same, and deep links lead to it. */
async function withoutScripts(browser, name, file, report) {
  const options = { javaScriptEnabled: false };
  const { context, page } = await open(browser, name, file, options);
  check(await page.locator('[role=search]').count() === 0, `${name}: the script ran where it should not`);
  const verdict = dense(await page.locator('h1').textContent());
  check(verdict.length > 10, `${name}: no verdict without scripts`);
  const text = dense(await page.locator('main').textContent());
  for (const finding of report.findings) {
    check(text.includes(dense(finding.title)), `${name}: no title of ${finding.fingerprint}`);
    // Citations that stand together name their entry once.
    const entries = finding.citations.map((citation) => dense(citation.locator.replace(/:\d+$/u, '')));
    check(entries.every((entry) => text.includes(entry)), `${name}: a locator of ${finding.fingerprint} is missing`);
    const found = await page.locator(`[id="f-${finding.fingerprint}"]`).count();
    check(found === 1, `${name}: ${found} targets for #f-${finding.fingerprint}`);
  }
  check(text.includes('checkscouldrun'), `${name}: no coverage line without scripts`);
  await context.close();
  const last = report.findings.at(-1);
  if (last) {
    const fragment = `#f-${last.fingerprint}`;
    const linked = await open(browser, name, file, options, fragment);
    const target = linked.page.locator(`[id="f-${last.fingerprint}"]`);
    check(await target.isVisible(), `${name}: the deep link ${fragment} leads to nothing visible`);
    await linked.context.close();
  }
}

/** The text of a page as it is printed, without blanks, and the number of its sheets. */
async function printed(page, pdf) {
  await page.pdf({ path: pdf, format: 'A4' });
  const text = execFileSync('pdftotext', ['-raw', '-enc', 'UTF-8', pdf, '-'], { maxBuffer: 1 << 28 }).toString();
  return { text: dense(text), sheets: text.split('\f').length - 1 };
}

/** Sheets of the short form at most. */
const SHEETS = 6;

/** On paper: the short form says what matters, and all of it is there where that is asked for. */
async function onPaper(browser, name, file, report) {
  const { context, page } = await open(browser, name, file, { javaScriptEnabled: false });
  const short = await printed(page, `${file}.short.pdf`);
  check(short.sheets <= SHEETS, `${name}: the short form takes ${short.sheets} sheets`);
  const verdict = dense(await page.locator('h1').textContent());
  check(short.text.includes(verdict), `${name}: the short form does not say the verdict`);
  for (const title of await page.locator('.first > .cards h3').allTextContents()) {
    check(short.text.includes(dense(title)), `${name}: the short form lacks the incident ${title}`);
  }
  await page.locator('#paper-all').check();
  const { text } = await printed(page, `${file}.pdf`);
  const folded = page.locator('details code');
  check(await folded.count() > 0, `${name}: nothing is folded, so paper proves nothing`);
  for (const finding of report.findings) {
    check(text.includes(dense(finding.title)), `${name}: ${finding.fingerprint} is not on paper`);
    const citation = finding.citations[0];
    const excerpt = dense(citation.excerpt.split('\n')[0]).slice(0, 40);
    check(text.includes(excerpt), `${name}: the evidence of ${finding.fingerprint} is not on paper`);
  }
  const clear = report.coverage.rules.filter((rule) => rule.outcome === 'clear');
  check(clear.every((rule) => text.includes(dense(rule.rule))), `${name}: a folded list is not open on paper`);
  await context.close();
}

const browser = await chromium.launch({
  executablePath,
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
    '--disable-background-networking', '--disable-component-update', '--disable-sync'],
});
try {
  for (const file of reports) {
    const name = path.basename(file);
    const report = embedded(file);
    const before = failures.length;
    await withScripts(browser, name, file, report);
    await withoutScripts(browser, name, file, report);
    await onPaper(browser, name, file, report);
    const outcome = failures.length === before ? 'as promised' : 'NOT as promised';
    console.log(`${name}: ${report.findings.length} findings, ${outcome}`);
  }
} finally {
  await browser.close();
}
for (const failure of failures.slice(0, 40)) console.error(`FAILED ${failure}`);
if (failures.length > 40) console.error(`FAILED and ${failures.length - 40} more`);
console.log(`${reports.length} reports in Chromium: ${Math.round((Date.now() - started) / 1000)} s`);
process.exitCode = failures.length === 0 ? 0 : 1;
