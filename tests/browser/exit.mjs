// Leaving quickly, as measured behaviours: the link, the three presses of Shift, what the Back button shows, what the
// destination learns. The destination is a page of our own, put in the place of the configured one by the browser.
import { base, check, finish, launch, visitor } from "./kit.mjs";

const browser = await launch();
const { context, page } = await visitor(browser, { viewport: { width: 360, height: 740 } });
const referrers = [];
await context.route((url) => url.origin !== base, (route) => {
  referrers.push(route.request().headers().referer ?? "");
  return route.fulfill({ contentType: "text/html", body: "<title>Ailleurs</title><p>ailleurs" });
});
const away = () => new URL(page.url()).origin !== base;
const leave = page.locator("a[data-exit]");
const somePage = "/ados/";

await page.goto(base + somePage);
check((await leave.count()) > 0, "a link to leave quickly stands on the page");
check(/nofollow/.test((await leave.first().getAttribute("rel")) ?? "") && /noreferrer/.test((await leave.first().getAttribute("rel")) ?? ""),
  "the link says nofollow noreferrer");

// The button stays in view and on top, also at the end of the page.
for (const width of [320, 360, 1280]) {
  await page.setViewportSize({ width, height: 740 });
  await page.evaluate(() => scrollTo(0, document.body.scrollHeight));
  const onTop = await page.evaluate(() => [...document.querySelectorAll("a[data-exit]")].some((link) => {
    const box = link.getBoundingClientRect();
    if (box.width === 0 || box.top < 0 || box.bottom > innerHeight) return false;
    return link.contains(document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2)) && box.height >= 44;
  }));
  check(onTop, `the exit button is in view, on top and 44 px high at the end of the page at ${width} px`);
}
await page.setViewportSize({ width: 360, height: 740 });

// One page visited, exit, Back: the site is not shown.
await page.goto("about:blank");
await page.goto(base + somePage);
await page.locator("a.exit").click();
await page.waitForURL((url) => url.origin !== base);
check(away(), "the button leads away");
await page.goBack().catch(() => null);
check(!page.url().startsWith(base), "after one page and the exit, Back does not show the site");
check(referrers.every((r) => r === ""), "the destination is not told where the visitor comes from");

// Shift three times leaves; twice, or as a modifier, or with another key between, does not.
async function after(...keys) {
  await page.goto(base + somePage);
  await page.evaluate(() => document.body.focus());
  for (const key of keys) await page.keyboard.press(key);
  await page.waitForTimeout(300);
  return away();
}
check(await after("Shift", "Shift", "Shift"), "Shift three times leaves");
check(!(await after("Shift", "Shift")), "Shift twice stays");
check(!(await after("Shift+A", "Shift+A", "Shift+A")), "Shift as a modifier stays");
check(!(await after("Shift", "Shift", "b", "Shift")), "another key starts the count again");
check(!(await after("Shift+Tab", "Shift+Tab", "Shift+Tab")), "going back through the page stays");

// Without JavaScript it is a plain link.
const plain = await visitor(browser, { javaScriptEnabled: false });
await plain.context.route((url) => url.origin !== base, (route) => route.fulfill({ contentType: "text/html", body: "ailleurs" }));
await plain.page.goto(base + somePage);
await plain.page.locator("a.exit").click();
await plain.page.waitForURL((url) => url.origin !== base);
check(!plain.page.url().startsWith(base), "the button works without JavaScript");

// Printed pages carry the help, not the exit.
await page.goto(base + "/parents/");
await page.emulateMedia({ media: "print" });
check((await page.locator("a[data-exit]:visible").count()) === 0, "the exit is not printed");
check(await page.locator("a[href='tel:119']:visible").count() > 0, "the help numbers are printed");

await browser.close();
finish("exit");
