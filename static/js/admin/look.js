/* The tokens of the look, as the charts need them: read when a chart is drawn, so that the dark
   theme has its own. */

export function look() {
  const style = getComputedStyle(document.body);
  const token = (name) => style.getPropertyValue(name).trim();
  return {
    font: style.fontFamily,
    text: token("--text"),
    quiet: token("--text-2"),
    line: token("--line"),
    card: token("--card"),
    tile: token("--tile"),
    link: token("--link"),
    red: token("--red"),
    bad: token("--bad"),
    yellow: token("--yellow"),
    onYellow: token("--on-yellow"),
    onRed: token("--on-red"),
  };
}

/* A box of lines, drawn on the canvas. */
export function tooltip(theme) {
  return {
    trigger: "item",
    renderMode: "richText",
    confine: true,
    backgroundColor: theme.card,
    borderColor: theme.line,
    padding: [10, 16],
    textStyle: { color: theme.text, fontFamily: theme.font, fontSize: 13, lineHeight: 20 },
    formatter: ({ data }) => (data?.text ?? []).join("\n"),
  };
}

export function label(theme, more = {}) {
  return { color: theme.text, fontFamily: theme.font, fontSize: 12, ...more };
}

export function axis(theme) {
  return {
    axisLine: { onZero: false, lineStyle: { color: theme.line } },
    axisTick: { show: false },
    axisLabel: label(theme, { color: theme.quiet }),
    splitLine: { show: true, lineStyle: { color: theme.line, opacity: 0.6 } },
  };
}

/* Fill and outline of a shape: never by colour alone, each has a form of its own too. */
export function paint(shape, theme) {
  return {
    case: { color: theme.red, borderColor: theme.red, borderWidth: 0 },
    suspected: { color: theme.card, borderColor: theme.bad, borderWidth: 2 },
    close: { color: theme.yellow, borderColor: theme.onYellow, borderWidth: 1 },
    secondary: { color: theme.card, borderColor: theme.quiet, borderWidth: 2 },
  }[shape];
}
