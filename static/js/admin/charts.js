/* The charts of officers' pages. The server has placed everything and found the words; this file
   fetches them and draws. Each chart stands above a table with the same rows: where a chart fails,
   nothing is lost. Tooltips are drawn on the canvas too, for the policy allows no inline style. */

import { init } from "../../vendor/echarts/echarts.esm.min.mjs";

import { chain } from "./chain.js";
import { day } from "./day.js";
import { rates } from "./rates.js";
import { look } from "./look.js";

const CHARTS = { chain, day, rates };
const dark = window.matchMedia("(prefers-color-scheme: dark)");
const still = window.matchMedia("(prefers-reduced-motion: reduce)");

async function fetched(url) {
  const answer = await fetch(url, { headers: { Accept: "application/json" } });
  if (!answer.ok) throw new Error(String(answer.status));
  return answer.json();
}

function say(state, words) {
  state.hidden = !words;
  if (words) state.textContent = words;
}

function draw(plot, kind, data) {
  const { height, option } = CHARTS[kind](data, look());
  plot.style.height = `${height}px`;
  const chart = init(plot, null, { renderer: "canvas" });
  chart.setOption({ animation: !still.matches, animationDuration: 150, useUTC: true, ...option });
  chart.on("click", ({ data: clicked }) => {
    if (clicked?.url) window.location.assign(clicked.url);
  });
  plot.dataset.drawn = "yes";
  return chart;
}

async function show(section) {
  const plot = section.querySelector(".chart__plot");
  const state = section.querySelector(".chart__state");
  say(state, state.textContent);
  try {
    const { given, url } = section.dataset;
    const data = given ? JSON.parse(given) : await fetched(url);
    let chart = draw(plot, section.dataset.chart, data);
    say(state, "");
    new ResizeObserver(() => chart.resize()).observe(plot);
    dark.addEventListener("change", () => {
      chart.dispose();
      chart = draw(plot, section.dataset.chart, data);
    });
    plot.chart = chart;
  } catch {
    plot.parentElement.hidden = true;
    say(state, section.dataset.failed);
  }
}

document.querySelectorAll("[data-chart]").forEach(show);
