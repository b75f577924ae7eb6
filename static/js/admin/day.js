/* A venue's day: for each zone a row of numbers by the hour, and below it a bar for every stay of
   a case or of somebody it met there. */

import { axis, label, paint, tooltip } from "./look.js";

const ROW = 34;
const ROOM = { top: 8, right: 24, bottom: 36, left: 112 };
const HOUR = 3600 * 1000;

function cells(rows, since, theme) {
  const most = Math.max(1, ...rows.flatMap((row) => row.stays ?? []));
  const data = rows.flatMap(({ stays }, y) =>
    (stays ?? []).map((count, hour) => [since + hour * HOUR, y, count]).filter(([, , n]) => n),
  );
  return {
    type: "custom",
    silent: true,
    z: 1,
    data,
    renderItem: (_, api) => {
      const [x, y] = api.coord([api.value(0), api.value(1)]);
      const [width] = api.size([HOUR, 1]);
      const count = api.value(2);
      const shape = { x: x + 1, y: y - 12, width: Math.max(width - 2, 2), height: 24, r: 4 };
      const text = { text: String(count), x: x + width / 2, y, align: "center" };
      return {
        type: "group",
        children: [
          { type: "rect", shape, style: { fill: theme.link, opacity: 0.08 + (0.3 * count) / most } },
          {
            type: "text",
            style: { ...text, verticalAlign: "middle", fill: theme.text, fontSize: 11 },
          },
        ],
      };
    },
  };
}

function bars(stays, theme) {
  return {
    type: "custom",
    z: 2,
    encode: { x: [0, 1], y: 2 },
    data: stays.map(({ from, until, y, shape, ref, text, url }) => ({
      value: [from, until, y],
      shape,
      ref,
      text,
      url,
    })),
    renderItem: ({ dataIndex }, api) => {
      const { shape: kind, ref } = stays[dataIndex];
      const [x, y] = api.coord([api.value(0), api.value(2)]);
      const [end] = api.coord([api.value(1), api.value(2)]);
      const { color, borderColor, borderWidth } = paint(kind, theme);
      const width = Math.max(end - x, 6);
      const ink = { case: theme.onRed, close: theme.onYellow }[kind] ?? theme.text;
      const inside = width > 84;
      const mark = { case: "■", close: "▲" }[kind] ?? "○";
      return {
        type: "group",
        children: [
          {
            type: "rect",
            shape: { x, y: y - 11, width, height: 22, r: 6 },
            style: { fill: color, stroke: borderColor, lineWidth: borderWidth },
          },
          {
            type: "text",
            style: {
              text: `${mark} ${ref}`,
              x: inside ? x + 8 : x + width + 6,
              y,
              verticalAlign: "middle",
              fill: inside ? ink : theme.text,
              font: `12px ${theme.font}`,
            },
          },
        ],
      };
    },
  };
}

/* From the hour before anybody came to the hour after the last left: a night is not worth a
   screen. On a day without anybody, all of it. */
function hours(rows, since, until) {
  const open = rows
    .flatMap((row) => row.stays ?? [])
    .map((count, cell) => (count ? cell % 24 : -1))
    .filter((hour) => hour >= 0);
  if (!open.length) return { min: since, max: until };
  const first = Math.max(Math.min(...open) - 1, 0);
  const last = Math.min(Math.max(...open, first + 5) + 2, 24);
  return { min: since + Math.min(first, last - 6) * HOUR, max: since + last * HOUR };
}

export function day({ since, until, rows, bars: stays }, theme) {
  const hour = { ...axis(theme).axisLabel, formatter: "{HH}", hideOverlap: true };
  return {
    height: rows.length * ROW + ROOM.top + ROOM.bottom,
    option: {
      grid: ROOM,
      tooltip: tooltip(theme),
      xAxis: {
        type: "time",
        ...hours(rows, since, until),
        minInterval: HOUR,
        maxInterval: 3 * HOUR,
        ...axis(theme),
        axisLabel: hour,
      },
      yAxis: {
        type: "category",
        inverse: true,
        data: rows.map((row, number) => ({ value: `${number}` })),
        axisLine: { show: false },
        axisTick: { show: false },
        axisLabel: {
          ...label(theme, { width: ROOM.left - 16, overflow: "truncate" }),
          interval: 0,
          formatter: (_, number) => rows[number]?.zone ?? "",
        },
      },
      series: [cells(rows, since, theme), bars(stays, theme)],
    },
  };
}
