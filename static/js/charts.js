// Draws every [data-chart] from the JSON it names, in the colours of the house.
(() => {
  "use strict";

  const token = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const ink = token("--c-ink-2");
  const line = token("--c-line");
  const still = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
  const colours = ["--c-red", "--c-info", "--c-ok", "--c-warn", "--c-ink-3"].map(token);

  const axis = {
    axisLine: { lineStyle: { color: line } },
    axisTick: { show: false },
    axisLabel: { color: ink },
    splitLine: { lineStyle: { color: line } },
  };
  echarts.registerTheme("house", {
    color: colours,
    textStyle: { fontFamily: token("--font"), color: ink },
    categoryAxis: { ...axis, splitLine: { show: false } },
    valueAxis: { ...axis, axisLine: { show: false } },
    timeAxis: axis,
    line: { symbol: "circle", symbolSize: 6, lineStyle: { width: 2 } },
    bar: { barMaxWidth: 28, itemStyle: { borderRadius: [3, 3, 0, 0] } },
  });

  const charts = new Map();

  function draw(place) {
    if (charts.has(place)) return;
    const data = document.getElementById(place.dataset.chart);
    if (!data) return;
    const option = JSON.parse(data.textContent);
    place.hidden = false;
    const chart = echarts.init(place, "house", { renderer: "canvas" });
    chart.setOption({
      // Room for labels; a page that sets its own grid keeps it.
      grid: { left: 8, right: 16, top: option.legend ? 40 : 20, bottom: 8, containLabel: true },
      ...option,
      legend: option.legend && { top: 0, left: 0, textStyle: { color: ink }, ...option.legend },
      animation: !still && option.animation !== false,
      // Rich text: a tooltip made of HTML would need inline styles, which the policy refuses.
      tooltip: { trigger: "axis", ...option.tooltip, renderMode: "richText", confine: true },
    });
    charts.set(place, chart);
    const table = document.querySelector(`[data-chart-table="${place.id}"]`);
    if (table) table.open = false;
  }

  function drawAll(root) {
    root.querySelectorAll("[data-chart]").forEach(draw);
    charts.forEach((chart, place) => {
      if (!place.isConnected) {
        chart.dispose();
        charts.delete(place);
      }
    });
  }

  drawAll(document);
  document.addEventListener("htmx:afterSettle", () => drawAll(document));
  window.addEventListener("resize", () => charts.forEach((chart) => chart.resize()));
  window.addEventListener("beforeprint", () => charts.forEach((chart) => chart.resize()));
})();
