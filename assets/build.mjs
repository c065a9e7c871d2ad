// Makes the styles and scripts that pages load: `node build.mjs` writes to static-build/amble/.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import * as esbuild from "esbuild";
import postcss from "postcss";
import * as sass from "sass";
import { logical } from "./lib/logical.mjs";
import { withoutUnused } from "./lib/unused.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const modules = join(here, "node_modules");
const target = join(here, "..", "static-build", "amble");
const browsers = ["chrome118", "firefox115", "safari15.4"];

const styles = async () => {
  const { css } = sass.compile(join(here, "amble.scss"), { loadPaths: [modules], quietDeps: true });
  const mirrored = await postcss([withoutUnused, logical]).process(css, { from: undefined });
  const { code } = await esbuild.transform(mirrored.css, { loader: "css", minify: true, target: browsers });
  return code;
};

const scripts = async () => {
  const { outputFiles } = await esbuild.build({
    entryPoints: [join(here, "amble.js")],
    bundle: true,
    format: "iife",
    legalComments: "none",
    minify: true,
    target: browsers,
    write: false,
  });
  return outputFiles[0].text;
};

const files = {
  "amble.css": await styles(),
  "amble.js": await scripts(),
  "icon.svg": readFileSync(join(here, "icon.svg"), "utf8"),
  "htmx.min.js": readFileSync(join(modules, "htmx.org", "dist", "htmx.min.js"), "utf8"),
};

rmSync(target, { recursive: true, force: true });
mkdirSync(target, { recursive: true });
for (const [name, text] of Object.entries(files)) {
  writeFileSync(join(target, name), text);
  console.log(`${name.padEnd(12)} ${(gzipSync(text).length / 1000).toFixed(1)} kB compressed`);
}
