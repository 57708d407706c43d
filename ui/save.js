// Saves a chart as it stands on the page as an .svg file, its sentence above it, its caption and the model below it;
// a button of class "save-svg" belongs to the chart nearest above it. Nothing leaves the browser.
if (!window.agesexSave) {
  window.agesexSave = true;
  const NS = "http://www.w3.org/2000/svg";
  const EDGE = 16;
  const FONT = "sans-serif"; // who opens the file has not the fonts of this page
  const CHART = '[data-testid="stVegaLiteChart"] svg.marks';
  const CAPTION = '[data-testid="stCaptionContainer"]';

  // the smallest box round the button that holds a chart
  const around = (button) => {
    for (let box = button.parentElement; box; box = box.parentElement) if (box.querySelector(CHART)) return box;
    return null;
  };

  const plain = (element) => element.innerText.replace(/\s+/g, " ").trim();

  // the captions of the chart, and the line of the page that names the model and its weights
  const notes = (box) => {
    const own = [...box.querySelectorAll(CAPTION)];
    const page = [...document.querySelectorAll(CAPTION)].filter((one) => !own.includes(one) && /SHA-256/.test(one.innerText));
    return [...own, ...page.slice(0, 1)].map(plain).filter(Boolean);
  };

  const wrapped = (text, font, width) => {
    const pen = document.createElement("canvas").getContext("2d");
    pen.font = font;
    const lines = [""];
    for (const word of text.split(" ")) {
      const longer = `${lines.at(-1)} ${word}`.trim();
      if (lines.at(-1) && pen.measureText(longer).width > width) lines.push(word);
      else lines[lines.length - 1] = longer;
    }
    return lines;
  };

  const make = (name, attributes, content) => {
    const element = document.createElementNS(NS, name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    if (content) element.textContent = content;
    return element;
  };

  const file = (svg, title, below) => {
    const chart = svg.cloneNode(true);
    const { width, height } = svg.getBoundingClientRect();
    const app = getComputedStyle(document.querySelector('[data-testid="stApp"]'));
    const whole = Math.max(width, 320) + 2 * EDGE;
    const root = make("svg", { "font-family": FONT, fill: app.color });
    root.append(make("title", {}, title), make("rect", { width: "100%", height: "100%", fill: app.backgroundColor }));
    let y = EDGE;
    const write = (text, size, weight) => {
      for (const line of wrapped(text, `${weight} ${size}px ${FONT}`, 0.94 * (whole - 2 * EDGE))) {
        y += 1.35 * size;
        root.append(make("text", { x: EDGE, y, "font-size": size, "font-weight": weight }, line));
      }
      y += size / 2;
    };
    write(title, 18, 600);
    if (!chart.getAttribute("viewBox")) chart.setAttribute("viewBox", `0 0 ${width} ${height}`);
    for (const [key, value] of Object.entries({ x: EDGE, y, width, height })) chart.setAttribute(key, value);
    root.append(chart);
    y += height;
    for (const text of below) write(text, 12, 400);
    y += EDGE / 2;
    for (const [key, value] of Object.entries({ width: whole, height: y, viewBox: `0 0 ${whole} ${y}` })) {
      root.setAttribute(key, value);
    }
    // a gradient is named by the address of the page, which the file no longer has
    const text = new XMLSerializer().serializeToString(root).replace(/url\([^)#]*#/g, "url(#");
    return new Blob([text], { type: "image/svg+xml" });
  };

  document.addEventListener("click", (event) => {
    const button = event.target.closest && event.target.closest("button.save-svg");
    const box = button && around(button);
    if (!box) return;
    const title = button.title.replace(/^[^:]*: /, "");
    const link = document.createElement("a");
    link.href = URL.createObjectURL(file(box.querySelector(CHART), title, notes(box)));
    link.download = `${title.toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^-|-$/g, "").slice(0, 60)}.svg`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  });
}
