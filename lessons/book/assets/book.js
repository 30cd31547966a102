"use strict";
// Theme, search, contents on a phone, and the cursors on the spectrograms. Everything can be read without it.

const root = document.documentElement;
const query = document.getElementById("search_field");
const results = document.getElementById("search_results");

// ---- light and dark
const button = document.getElementById("theme_button");
const prefersDark = matchMedia("(prefers-color-scheme: dark)");
const isDark = () => (root.dataset.theme ? root.dataset.theme === "dark" : prefersDark.matches);

function nameTheButton() {
  button.textContent = isDark() ? "Light" : "Dark";
  button.setAttribute("aria-label", `Change to ${isDark() ? "light" : "dark"} colors`);
}

button.addEventListener("click", () => {
  root.dataset.theme = isDark() ? "light" : "dark";
  try {
    localStorage.setItem("theme", root.dataset.theme);
  } catch {
    // Kept for this page only.
  }
  nameTheButton();
});
prefersDark.addEventListener("change", nameTheButton);
nameTheButton();

// ---- the contents, folded where the window is narrow
const contents = document.getElementById("contents_fold");
const wide = matchMedia("(min-width: 62rem)");
const foldContents = () => (contents.open = wide.matches);
wide.addEventListener("change", foldContents);
foldContents();

// ---- search
const lower = SECTIONS.map(([, , , heading, text]) => [heading.toLowerCase(), text.toLowerCase()]);

/** How well a section fits: a word in its heading counts ten times, and the library half. 0 if a word is missing. */
function score(index, words) {
  const [heading, text] = lower[index];
  let sum = 0;
  for (const word of words) {
    const count = 10 * heading.includes(word) + Math.min(text.split(word).length - 1, 5);
    if (!count) return 0;
    sum += count;
  }
  return SECTIONS[index][0].startsWith("npaudio") ? sum / 2 : sum;
}

function excerpt(index, word) {
  const text = SECTIONS[index][4], at = Math.max(lower[index][1].indexOf(word), 0);
  const start = Math.max(text.lastIndexOf(" ", Math.max(at - 40, 0)), 0);
  return (start ? "… " : "") + text.slice(start, at + 90).trim() + " …";
}

function resultLink(index, word) {
  const [file, title, anchor, heading] = SECTIONS[index];
  const link = document.createElement("a");
  link.href = `${file}#${anchor}`;
  for (const [element, text] of [["strong", heading], ["small", title], ["span", excerpt(index, word)]]) {
    link.append(Object.assign(document.createElement(element), { textContent: text }));
  }
  link.addEventListener("click", () => (results.hidden = true));
  return link;
}

function search() {
  const words = query.value.toLowerCase().split(/\s+/).filter(Boolean);
  results.hidden = !words.length;
  const found = SECTIONS.map((_, index) => [score(index, words), index]).filter(([points]) => points > 0);
  found.sort((a, b) => b[0] - a[0]);
  const told = document.createElement("p");
  told.textContent = found.length ? `${found.length} found` : "Nothing found";
  results.replaceChildren(told, ...found.slice(0, 12).map(([, index]) => resultLink(index, words[0])));
}

query.addEventListener("input", search);
document.addEventListener("keydown", (event) => {
  if (event.key === "/" && !/^(INPUT|TEXTAREA|SELECT)$/.test(document.activeElement.tagName)) {
    event.preventDefault();
    query.focus();
  }
  if (event.key === "Escape") results.hidden = true;
  if (event.key === "Enter" && event.target === query) results.querySelector("a")?.click();
});
document.addEventListener("click", (event) => {
  if (!event.target.closest(".search")) results.hidden = true;
});

// ---- sounds: the cursor follows the player, and a click on the picture plays from there
for (const screen of document.querySelectorAll(".screen")) {
  const audio = screen.parentElement.querySelector("audio");
  const cursor = screen.querySelector(".cursor");
  const seconds = Number(screen.dataset.seconds);
  const place = () => (cursor.style.left = `${(100 * audio.currentTime) / seconds}%`);
  const follow = () => {
    place();
    if (!audio.paused) requestAnimationFrame(follow);
  };
  audio.addEventListener("play", follow);
  audio.addEventListener("timeupdate", place);
  audio.addEventListener("seeked", place);
  screen.addEventListener("click", (event) => {
    const box = screen.getBoundingClientRect();
    audio.currentTime = (seconds * (event.clientX - box.left)) / box.width;
    audio.play();
  });
}

// ---- on paper nothing is folded
addEventListener("beforeprint", () => {
  for (const fold of document.querySelectorAll("main details")) fold.open = true;
});
