"use strict";
(() => {
  const most = 50;
  const rows = [...document.querySelectorAll(".sortable tbody tr")];
  const reports = rows.map((row) => row.cells[0].querySelector("a"));
  const titles = reports.map((link) => link.textContent);
  const targets = reports.map((link) => link.getAttribute("href"));
  const rowTexts = rows.map((row) => row.textContent.toLowerCase());
  // Each record: the number of its report, its name, role, page or null, id, and text.
  const records = JSON.parse(document.getElementById("records").textContent);
  const texts = records.map((record) => record[5].toLowerCase());
  const input = document.getElementById("words");
  const found = document.getElementById("found");
  const hits = document.querySelector(".hits");

  function element(name, text, className) {
    const made = document.createElement(name);
    made.textContent = text;
    if (className) made.className = className;
    return made;
  }

  function hit([report, name, role, page, id, text]) {
    const link = document.createElement("a");
    link.href = `${targets[report]}#r-${id}`;
    link.append(element("b", name, `badge ${role}`), element("span", text, "quote"));
    const item = document.createElement("li");
    item.append(link, element("small", page ? `${titles[report]} · page ${page}` : titles[report]));
    return item;
  }

  function search() {
    const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
    const fits = (text) => words.every((word) => text.includes(word));
    rows.forEach((row, index) => { row.hidden = !fits(rowTexts[index]); });
    const matching = words.length ? records.filter((record, index) => fits(texts[index])) : [];
    // A report whose records match stays in the table, though its own title does not.
    matching.forEach(([report]) => { rows[report].hidden = false; });
    const shown = rows.filter((row) => !row.hidden).length;
    if (hits) hits.replaceChildren(...matching.slice(0, most).map(hit));
    const parts = [`${shown} of ${rows.length} reports`];
    const many = `${matching.length} record${matching.length === 1 ? "" : "s"}`;
    if (hits) parts.unshift(matching.length > most ? `${many}, the first ${most} below` : many);
    found.textContent = words.length ? parts.join("; ") : "";
  }

  document.querySelectorAll(".sortable thead th").forEach((head, column) => {
    head.querySelector("button").addEventListener("click", () => {
      // Of numbers the highest come first.
      const sorted = head.getAttribute("aria-sort");
      const down = head.className === "n" ? sorted !== "descending" : sorted === "ascending";
      head.parentNode.querySelectorAll("th").forEach((other) => other.removeAttribute("aria-sort"));
      head.setAttribute("aria-sort", down ? "descending" : "ascending");
      const key = (row) => row.cells[column].textContent.trim();
      const order = (a, b) => key(a).localeCompare(key(b), "en", { numeric: true });
      [...rows].sort((a, b) => (down ? order(b, a) : order(a, b))).forEach((row) => row.parentNode.append(row));
    });
  });
  input.addEventListener("input", search);
})();
