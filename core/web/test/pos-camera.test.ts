import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { chromium } from "playwright-core";
import { matrix } from "../src/admin/parts/qr.tsx";
import { connected, shows, tapped } from "./browser.ts";
import { Server } from "./server.ts";

/** film is a video of two pictures of nothing but a QR code, as Chromium takes it in a camera's place. */
function film(text: string): Buffer {
  const rows = matrix(text),
    width = 640,
    height = 480,
    unit = Math.floor(400 / (rows.length + 8)),
    left = Math.floor((width - unit * rows.length) / 2),
    top = Math.floor((height - unit * rows.length) / 2);
  const light = Buffer.alloc(width * height, 235),
    colour = Buffer.alloc((width * height) / 2, 128);
  rows.forEach((row, y) =>
    row.forEach((dark, x) => {
      if (dark)
        for (let i = 0; i < unit; i++)
          light.fill(
            16,
            (top + y * unit + i) * width + left + x * unit,
            (top + y * unit + i) * width + left + (x + 1) * unit,
          );
    }),
  );
  const frame = Buffer.concat([Buffer.from("FRAME\n"), light, colour]);
  return Buffer.concat([Buffer.from(`YUV4MPEG2 W${width} H${height} F10:1 Ip A1:1 C420jpeg\n`), frame, frame]);
}

test("a page pairs by the camera, as one on a home screen must", async () => {
  const server = await Server.start(),
    dir = mkdtempSync(join(tmpdir(), "manytill-camera-")),
    file = join(dir, "code.y4m");
  writeFileSync(file, film(`${server.url}/pos#token=${server.tokens.bar}`));
  // The headless shell has no camera.
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      "--use-fake-device-for-media-stream",
      `--use-file-for-fake-video-capture=${file}`,
    ],
  });
  try {
    const refused = await browser.newContext(),
      page = await refused.newPage();
    await page.goto(`${server.url}/pos`);
    await tapped(page, "Scan the code with this camera");
    await shows(page, ".start-wrong", "The camera isn't allowed for this page.");
    const context = await browser.newContext({ permissions: ["camera"] }),
      other = await context.newPage();
    await other.goto(`${server.url}/pos`);
    await tapped(other, "Scan the code with this camera");
    await connected(other);
    assert.equal(await other.locator(".who-btn small").textContent(), "Bar");
  } finally {
    await browser.close();
    rmSync(dir, { recursive: true, force: true });
    await server.close();
  }
});
