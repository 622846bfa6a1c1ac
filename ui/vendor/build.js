// deck.gl's parts that the map draws with, in one file, and the licences of all that went into it.
import { build } from "esbuild";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";

const { metafile } = await build({
  stdin: { resolveDir: import.meta.dirname, contents: `export { Deck, Layer, OrbitView, project32 } from "@deck.gl/core";
                                                       export { LineLayer, ScatterplotLayer } from "@deck.gl/layers";
                                                       export { Model } from "@luma.gl/engine";` },
  outfile: "deck.js", bundle: true, minify: true, format: "esm", target: "es2022", legalComments: "none", metafile: true,
});
const used = Object.entries(Object.values(metafile.outputs)[0].inputs).filter(([, { bytesInOutput }]) => bytesInOutput);
const packages = new Set(used.map(([path]) => path.match(/node_modules\/(?:@[^/]+\/)?[^/]+/)?.[0]).filter(Boolean));
const licences = [...packages].sort().map((folder) => {
  const { name, version, license } = JSON.parse(readFileSync(`${folder}/package.json`, "utf8"));
  const file = readdirSync(folder).find((each) => /^licen[cs]e/i.test(each));
  return `${name} ${version} (${license})\n\n${file ? readFileSync(`${folder}/${file}`, "utf8").trim() : ""}\n`;
});
writeFileSync("LICENCES.txt", licences.join(`\n${"-".repeat(80)}\n\n`));
