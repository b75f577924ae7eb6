/* How often each rule finds somebody infected: a bar, and the interval it is known within. */

import { axis, label, tooltip } from "./look.js";

const ROW = 48;
const ROOM = { top: 8, right: 56, bottom: 36, left: 200 };

function whiskers(found, theme) {
  return {
    type: "custom",
    silent: true,
    z: 3,
    encode: { x: [0, 1], y: 2 },
    data: found.map(({ low, high }, number) => [low, high, number]),
    renderItem: (_, api) => {
      const [from, y] = api.coord([api.value(0), api.value(2)]);
      const [until] = api.coord([api.value(1), api.value(2)]);
      const style = { stroke: theme.text, lineWidth: 1.5 };
      const stroke = (x1, y1, x2, y2) => ({ type: "line", shape: { x1, y1, x2, y2 }, style });
      return {
        type: "group",
        children: [
          stroke(from, y, until, y),
          stroke(from, y - 5, from, y + 5),
          stroke(until, y - 5, until, y + 5),
        ],
      };
    },
  };
}

export function rates({ bars }, theme) {
  const percent = (value) => `${+(value * 100).toFixed(2)}%`;
  return {
    height: Math.max(bars.length, 1) * ROW + ROOM.top + ROOM.bottom,
    option: {
      grid: ROOM,
      tooltip: tooltip(theme),
      xAxis: {
        type: "value",
        min: 0,
        ...axis(theme),
        axisLabel: { ...axis(theme).axisLabel, formatter: percent },
      },
      yAxis: {
        type: "category",
        inverse: true,
        data: bars.map((bar) => bar.name),
        axisLine: { lineStyle: { color: theme.line } },
        axisTick: { show: false },
        axisLabel: label(theme, { width: ROOM.left - 16, overflow: "truncate", lineHeight: 17 }),
      },
      series: [
        {
          type: "bar",
          barWidth: 16,
          itemStyle: { color: theme.link, opacity: 0.7, borderRadius: [0, 4, 4, 0] },
          data: bars.map(({ rate, text }) => ({ value: rate, text })),
        },
        whiskers(bars, theme),
      ],
    },
  };
}
