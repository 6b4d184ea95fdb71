"use strict";
// The page works without this: links lead to details, and all is printed. This adds filters, keys and marking.
(() => {
  const all = (selector) => [...document.querySelectorAll(selector)];
  const root = document.documentElement;
  const items = all(".list li");
  const links = items.map((item) => item.querySelector("a"));
  const articles = all("article");
  const figures = all("figure");
  const form = document.querySelector(".filters");
  const status = form.querySelector("output");
  const drawer = document.querySelector(".drawer");
  const text = document.getElementById("text");
  const pages = all(".text .page");
  const turn = document.querySelector(".turn");
  const steps = all(".turn [data-step]");
  const narrow = matchMedia("(max-width: 52rem)");
  const behavior = matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth";
  const texts = articles.map((article) => article.textContent.toLowerCase());
  const places = items.map(() => []);
  for (const place of all("[data-r]")) places[place.dataset.r].push(place);
  let chosen = -1;

  root.classList.add("js");
  if (narrow.matches) drawer.open = false;

  function turnTo(index) {
    figures.forEach((figure, other) => { figure.hidden = other !== index; });
    turn.querySelector("output").textContent = `Page ${figures[index].dataset.page}`;
    steps.forEach((button) => {
      button.disabled = !figures[index + Number(button.dataset.step)];
    });
  }

  // While nothing is chosen, the picture is that of the page being read.
  function turnToText() {
    if (chosen >= 0 || narrow.matches) return;
    const read = pages.findLast((page) => page.getBoundingClientRect().top < innerHeight / 2);
    const index = read ? figures.findIndex((figure) => `page-${figure.dataset.page}` === read.id) : -1;
    if (index >= 0) turnTo(index);
  }

  function mark(index, on) {
    if (index < 0) return;
    links[index].toggleAttribute("aria-current", on);
    if (on) links[index].setAttribute("aria-current", "true");
    articles[index].classList.toggle("on", on);
    places[index].forEach((place) => place.classList.toggle("on", on));
  }

  function choose(index) {
    mark(chosen, false);
    chosen = index;
    root.classList.toggle("chosen", index >= 0);
    mark(index, true);
    if (index < 0) return;
    items[index].scrollIntoView({ block: "nearest" });
    const first = document.getElementById(`t-${index}`);
    if (first) first.scrollIntoView({ block: narrow.matches ? "start" : "center", behavior });
    document.querySelector(".details").scrollTop = 0;
    const page = figures.findIndex((figure) => figure.dataset.page === articles[index].dataset.figure);
    if (page >= 0) {
      turnTo(page);
      const place = figures[page].querySelector("g.on");
      if (place && !narrow.matches) place.scrollIntoView({ block: "center" });
    }
  }

  function follow() {
    const index = articles.findIndex((article) => `#${article.id}` === location.hash);
    if (index === chosen) return;
    if (index >= 0 || location.hash.startsWith("#t-") || location.hash.length < 2) choose(index);
    // The article was hidden when its address was followed, and could not take the focus.
    if (index >= 0) articles[index].focus({ preventScroll: true });
  }

  function step(by) {
    const shown = items.map((item, index) => index).filter((index) => !items[index].hidden);
    if (!shown.length) return;
    const ahead = by > 0 ? shown.find((index) => index > chosen) : shown.findLast((index) => index < chosen);
    const next = ahead === undefined ? (by > 0 ? shown[0] : shown[shown.length - 1]) : ahead;
    go(next, links[next].hash);
  }

  // Choosing is not left to the change of address, which comes later: the next key may come before.
  function go(index, hash) {
    choose(index);
    location.replace(hash);
  }

  function fits(item, index, wanted) {
    const has = (name) => !wanted.get(name) || item.dataset[name].split(" ").includes(wanted.get(name));
    return wanted.getAll("role").includes(item.dataset.role)
      && Number(item.dataset.confidence) >= Number(wanted.get("confidence"))
      && has("show") && has("theme") && has("section")
      && wanted.get("words").toLowerCase().split(/\s+/).every((word) => texts[index].includes(word));
  }

  function filter() {
    const wanted = new FormData(form);
    let shown = 0;
    items.forEach((item, index) => {
      item.hidden = !fits(item, index, wanted);
      shown += !item.hidden;
      places[index].forEach((place) => place.classList.toggle("off", item.hidden));
    });
    status.textContent = shown === items.length ? `${shown} records` : `${shown} of ${items.length} records`;
  }

  form.addEventListener("input", filter);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => setTimeout(filter));
  addEventListener("hashchange", follow);
  text.addEventListener("scrollend", turnToText);
  for (const place of all("[data-r]")) {
    place.addEventListener("click", (event) => {
      if (event.target.closest("a") || place.classList.contains("off") || !getSelection().isCollapsed) return;
      event.stopPropagation();
      location.hash = links[place.dataset.r].hash;
    });
  }
  for (const button of steps) {
    button.addEventListener("click", () => {
      turnTo(figures.findIndex((figure) => !figure.hidden) + Number(button.dataset.step));
    });
  }
  for (const button of all(".turn [data-size]")) {
    button.addEventListener("click", () => {
      button.setAttribute("aria-pressed", turn.parentNode.classList.toggle("large"));
      const place = document.querySelector("figure:not([hidden]) g.on");
      if (place) place.scrollIntoView({ block: "center", inline: "center" });
    });
  }
  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input:not([type=checkbox]), select")) return;
    const keys = { j: 1, ArrowDown: 1, k: -1, ArrowUp: -1 };
    const arrow = event.key.startsWith("Arrow");
    if (event.key in keys && (!arrow || event.target.closest(".list"))) {
      event.preventDefault();
      step(keys[event.key]);
      if (arrow && chosen >= 0) links[chosen].focus({ preventScroll: true });
    } else if (event.key === "Escape" && chosen >= 0) {
      go(-1, `#t-${chosen}`);
    }
  });

  if (figures.length) turnTo(0);
  filter();
  follow();
})();
