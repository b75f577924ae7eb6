/* Who could have infected whom: time to the right, a lane for everybody, an arrow for a meeting. */

import { axis, label, paint, tooltip } from "./look.js";

const LANE = 34;
const ROOM = { top: 44, right: 96, bottom: 40, left: 16 };
/* Two lines of one pair, there and back, do not lie on each other. */
const CURVE = { close: 0.08, secondary: 0.08, proposed: 0.14, late: 0.2 };
const DAY = 24 * 3600 * 1000;
/* With more lines than this, what a line says is read by pointing at it, or in the table. */
const LABELLED = 14;

const SYMBOLS = {
  case: ["roundRect", 18],
  suspected: ["roundRect", 16],
  close: ["triangle", 16],
  secondary: ["circle", 13],
};

function strokes(theme) {
  return {
    close: { color: theme.quiet, width: 1.5, type: "solid", opacity: 0.75 },
    secondary: { color: theme.quiet, width: 1, type: "solid", opacity: 0.5 },
    proposed: { color: theme.bad, width: 2, type: [6, 4], opacity: 1 },
    late: { color: theme.quiet, width: 1, type: [1, 4], opacity: 0.9 },
  };
}

function dot(theme) {
  return ({ x, y, shape, ref, asked, text, url }, number) => ({
    id: String(number),
    name: ref,
    value: [x, y],
    symbol: SYMBOLS[shape][0],
    symbolSize: SYMBOLS[shape][1] + (asked ? 4 : 0),
    itemStyle: paint(shape, theme),
    label: { fontWeight: asked ? 700 : 400 },
    cursor: url ? "pointer" : "default",
    text,
    url,
  });
}

function line(theme, few) {
  const look = strokes(theme);
  return ({ from, to, kind, label: words, text }) => ({
    source: String(from),
    target: String(to),
    symbol: ["none", kind === "late" ? "none" : "arrow"],
    lineStyle: { ...look[kind], curveness: CURVE[kind] },
    label: { show: few, formatter: words },
    text,
  });
}

/* When a case could infect others: a pale band behind its lane. */
function bands(spans, theme) {
  return {
    type: "custom",
    silent: true,
    clip: true,
    z: 1,
    data: spans.map(({ from, until, y }) => [from, until, y]),
    renderItem: (_, api) => {
      const [x, y] = api.coord([api.value(0), api.value(2)]);
      const [end] = api.coord([api.value(1), api.value(2)]);
      const shape = { x, y: y - 11, width: Math.max(end - x, 4), height: 22, r: 11 };
      return { type: "rect", shape, style: { fill: theme.red, opacity: 0.1 } };
    },
  };
}

export function chain({ dots, lines, spans, lanes }, theme) {
  const times = [...dots.map((one) => one.x), ...spans.flatMap((one) => [one.from, one.until])];
  const [first, last] = [Math.min(...times), Math.max(...times)];
  const room = Math.max((last - first) * 0.04, DAY / 24);
  const short = last - first < 3 * DAY;
  return {
    height: lanes * LANE + ROOM.top + ROOM.bottom,
    option: {
      grid: ROOM,
      tooltip: tooltip(theme),
      xAxis: {
        type: "time",
        min: first - room,
        max: last + room,
        ...axis(theme),
        axisLabel: {
          ...axis(theme).axisLabel,
          formatter: short ? "{MM}-{dd} {HH}:{mm}" : "{MM}-{dd}",
          hideOverlap: true,
        },
      },
      yAxis: { type: "value", min: -0.5, max: lanes - 0.5, inverse: true, show: false },
      series: [
        bands(spans, theme),
        {
          type: "graph",
          coordinateSystem: "cartesian2d",
          z: 3,
          data: dots.map(dot(theme)),
          links: lines.map(line(theme, lines.length <= LABELLED)),
          edgeSymbolSize: 8,
          emphasis: { focus: "adjacency", lineStyle: { width: 3, opacity: 1 } },
          label: {
            show: true,
            position: "right",
            distance: 6,
            formatter: "{b}",
            ...label(theme),
            textBorderColor: theme.card,
            textBorderWidth: 3,
          },
          edgeLabel: {
            ...label(theme, { color: theme.quiet, fontSize: 11 }),
            textBorderColor: theme.card,
            textBorderWidth: 3,
          },
        },
      ],
    },
  };
}
