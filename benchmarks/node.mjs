// Parses beginnings of a text and says how long that took: a line of JSON in, a line of JSON out, until the input ends.
// In: the peer, the text, where its beginnings end, and whether their values are wanted, too.
import { createInterface } from "node:readline";
import { parsePartialJson } from "ai";
import { Allow, parse } from "partial-json";

const PEERS = {
  "ai": async (text) => {
    const { state, value } = await parsePartialJson(text);
    if (state === "failed-parse") throw new Error("failed-parse");
    return value;
  },
  "partial-json": (text) => parse(text, Allow.ALL),
};

for await (const line of createInterface({ input: process.stdin })) {
  const { peer, text, ends, wanted } = JSON.parse(line);
  const texts = ends.map((end) => text.slice(0, end));
  const values = [];
  const began = process.cpuUsage();
  for (const so_far of texts) {
    try {
      const value = await PEERS[peer](so_far);
      if (wanted) values.push({ value });
    } catch (error) {
      values.push({ error: String(error) });
    }
  }
  const { user, system } = process.cpuUsage(began);
  process.stdout.write(JSON.stringify({ seconds: (user + system) / 1e6, values }) + "\n");
}
