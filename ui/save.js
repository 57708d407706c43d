// Saves a chart as it stands on the page as an .svg file; a button of class "save-svg" belongs to the chart
// nearest above it. Nothing leaves the browser.
if (!window.agesexSave) {
  window.agesexSave = true;
  const NS = "http://www.w3.org/2000/svg";

  const above = (button) => {
    for (let box = button.parentElement; box; box = box.parentElement) {
      const found = box.querySelector('[data-testid="stVegaLiteChart"] svg.marks');
      if (found) return found;
    }
    return null;
  };

  const file = (svg, title) => {
    const copy = svg.cloneNode(true);
    const { width, height } = svg.getBoundingClientRect();
    copy.setAttribute("xmlns", NS);
    if (!copy.getAttribute("viewBox")) copy.setAttribute("viewBox", `0 0 ${width} ${height}`);
    const paper = document.createElementNS(NS, "rect");
    paper.setAttribute("width", "100%");
    paper.setAttribute("height", "100%");
    paper.setAttribute("fill", getComputedStyle(document.querySelector('[data-testid="stApp"]')).backgroundColor);
    const name = document.createElementNS(NS, "title");
    name.textContent = title;
    copy.prepend(name, paper);
    return new Blob([new XMLSerializer().serializeToString(copy)], { type: "image/svg+xml" });
  };

  document.addEventListener("click", (event) => {
    const button = event.target.closest && event.target.closest("button.save-svg");
    const svg = button && above(button);
    if (!svg) return;
    const title = button.title.replace(/^[^:]*: /, "");
    const link = document.createElement("a");
    link.href = URL.createObjectURL(file(svg, title));
    link.download = `${title.toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^-|-$/g, "").slice(0, 60)}.svg`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  });
}
