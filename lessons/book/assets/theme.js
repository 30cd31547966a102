"use strict";
// Before anything is drawn: the theme that the reader chose last time. Without a choice, the system's.
try {
  const chosen = localStorage.getItem("theme");
  if (chosen) document.documentElement.dataset.theme = chosen;
} catch {
  // A browser that keeps nothing for files: the system's theme.
}
