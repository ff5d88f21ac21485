// See script/screenshots. Every page has one line in PAGES.
import fs from 'node:fs';
import { chromium } from 'playwright-core';

const [base, email, password, folder = 'target/screenshots'] = process.argv.slice(2);
const BEFORE_LOGIN = [['login', '/login']];
const PAGES = [
  ['home', ''],
  ['flags', '/flags'],
  ['flags-no-match', '/flags?q=nothing+like+this'],
  ['flag-new', '/flags/new'],
  ['flag', '/flags/automatic-playlist'],
  ['flag-version', '/flags/automatic-playlist/versions/1'],
  ['flag-versions', '/flags/automatic-playlist/versions'],
  ['flag-version-json', '/flags/automatic-playlist/versions/1?as=json'],
  ['flag-edit-from', '/flags/automatic-playlist/versions/1/edit'],
  ['flag-compare', '/flags/automatic-playlist/compare/1...1?same=1'],
  ['flag-compare-same', '/flags/automatic-playlist/compare/1...1?as=words&same=1'],
  ['flag-compare-json', '/flags/automatic-playlist/compare/1...1?as=json'],
  ['flag-code', '/flags/automatic-playlist/code'],
  ['flag-activity', '/flags/automatic-playlist/activity'],
  ['search', '/search?q=auto'],
  ['flag-publish', '/flags/automatic-playlist/publish?version=1'],
  ['flag-promote', '/flags/automatic-playlist/publish?from=production&to=staging'],
  ['configs', '/configs'],
  ['config-new', '/configs/new'],
  ['config', '/configs/dark-mode'],
  ['config-clone', '/configs/dark-mode/clone'],
  ['keys', '/keys'],
  ['keys-archived', '/keys?archived=1'],
  ['key-new', '/keys/new'],
  ['key-edit', '/keys/auto_playlist/edit'],
  ['key-users', '/keys/auto_playlist/users'],
  ['key-code', '/keys/auto_playlist/code'],
  ['key-archive', '/keys/auto_playlist/archive'],
  ['playground', '/playground'],
  ['playground-answer', '/playground?user=ada&a=eyJjaXR5IjoiTmV3IFlvcmsiLCJkZXZpY2VfbW9kZWwiOiJpUGhvbmUgMTUifQ'],
  ['playground-json', '/playground?user=ada&as=json&by=version&version=1&flag=automatic-playlist'],
  ['segments', '/segments'],
  ['segment-new', '/segments/new'],
  ['segment', '/segments/iphone-users-in-new-york'],
  ['segment-clone', '/segments/iphone-users-in-new-york/clone'],
  ['segment-list-new', '/segments/new/list'],
  ['segment-list', '/segments/vip'],
  ['segment-revisions', '/segments/vip/revisions'],
  ['segment-revision', '/segments/vip/revisions/1'],
  ['segment-archive', '/segments/iphone-users-in-new-york/archive'],
  ['users', '/users'],
  ['user-nobody', '/users/eve'],
  ['not-found', '/nothing-here'],
];
const axe = fs.readFileSync('node_modules/axe-core/axe.min.js', 'utf8');
const rules = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
fs.mkdirSync(folder, { recursive: true });

const browser = await chromium.launch({
  executablePath: process.env.CHROME ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
    '--disable-background-networking', '--disable-component-update', '--disable-sync'],
});
let failures = 0;
const fail = (name, what) => {
  failures += 1;
  console.error(`${name}: ${what}`);
};

async function picture(page, name, address) {
  await page.goto(base + address);
  await page.waitForTimeout(300); // a fading part would fail the check of contrast
  await page.screenshot({ path: `${folder}/${name}.png` });
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  if (wide > 0) fail(name, `is ${wide} px too wide`);
  await page.evaluate(axe);
  const found = await page.evaluate((values) => axe.run({ runOnly: { type: 'tag', values } }), rules);
  for (const v of found.violations) fail(name, `${v.id}: ${v.nodes.map((n) => n.html).join(' ')}`);
}

for (const colorScheme of ['light', 'dark']) {
  for (const width of [1280, 390]) {
    const context = await browser.newContext({ colorScheme, viewport: { width, height: 860 } });
    const page = await context.newPage();
    const name = (page) => `${page}-${colorScheme}-${width}`;
    let at = '';
    page.on('console', (m) => {
      if (m.type() === 'error' && !m.text().includes('404')) fail(at, `console: ${m.text()}`);
    });
    page.on('pageerror', (error) => fail(at, `script: ${error}`));
    for (const [page_, address] of BEFORE_LOGIN) await picture(page, (at = name(page_)), address);
    await page.goto(`${base}/login`);
    await page.fill('#email', email);
    await page.fill('#password', password);
    await Promise.all([page.waitForURL(/\/p\//), page.click('form button:has-text("Log in")')]);
    const start = new URL(page.url()).pathname;
    for (const [page_, rest] of PAGES) await picture(page, (at = name(page_)), start + rest);
    at = name('menu');
    await page.goto(base + start);
    if (width < 900) await page.click('[popovertarget=rail]');
    await page.waitForTimeout(300);
    await page.click('[popovertarget=m-account]');
    await page.waitForTimeout(300);
    await page.screenshot({ path: `${folder}/${at}.png` });
    await context.close();
  }
}
await browser.close();
console.log(`${failures} failures; pictures are in ${folder}`);
process.exit(failures ? 1 : 0);
